import type { MessageId } from '@fusion-kit/domain/ids';
import { parsedJson } from '@fusion-kit/domain/parsed-json';
import type { RuntimeEvent } from '@fusion-kit/domain/ports/runtime';

// A conversation is its events and nothing else: whoever has them can go on, in this process or the next.

export type EventOf<Type extends RuntimeEvent['type']> = Extract<RuntimeEvent, { type: Type }>;
export type Step = EventOf<'step.answered'>;
export type ToolCall = Step['calls'][number];

export const ofType = <Type extends RuntimeEvent['type']>(
  history: readonly RuntimeEvent[],
  type: Type,
): EventOf<Type>[] => history.filter((event): event is EventOf<Type> => event.type === type);

export const openingOf = (history: readonly RuntimeEvent[]): EventOf<'turn.opened'> | undefined =>
  ofType(history, 'turn.opened')[0];

export const stepsIn = (history: readonly RuntimeEvent[]): number => ofType(history, 'step.answered').length;

export const deliveredIn = (history: readonly RuntimeEvent[]): ReadonlySet<MessageId> =>
  new Set(ofType(history, 'turn.told').flatMap((told) => told.messageIds));

export const wasTold = (history: readonly RuntimeEvent[], text: string): boolean =>
  ofType(history, 'turn.told').some((told) => told.text === text);

/** Which attempt at the task the conversation is in; the first begins without a word. Pure. */
export const attemptIn = (history: readonly RuntimeEvent[]): number =>
  ofType(history, 'turn.told').findLast((told) => told.attempt !== undefined)?.attempt ?? 1;

/** What was said and done in the attempt under way. Pure. */
export const latestAttempt = (history: readonly RuntimeEvent[]): readonly RuntimeEvent[] =>
  history.slice(
    Math.max(
      0,
      history.findLastIndex((event) => event.type === 'turn.told' && event.attempt !== undefined),
    ),
  );

/** Arguments as the model wrote them; undefined when they are not a JSON object. Providers take nothing else back. */
export function jsonObject(text: string): object | undefined {
  const value = parsedJson(text);
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? value : undefined;
}

export interface OpenCall extends ToolCall {
  /** True when it was begun and its end was never seen: it may or may not have been done. */
  begun: boolean;
}

/** Calls that have no result yet, in order. Pure. */
export function openCalls(history: readonly RuntimeEvent[]): OpenCall[] {
  const begun = new Set(ofType(history, 'tool.called').map((event) => event.callId));
  const returned = new Set(ofType(history, 'tool.returned').map((event) => event.callId));
  return ofType(history, 'step.answered')
    .flatMap((step) => step.calls)
    .filter((call) => !returned.has(call.callId))
    .map((call) => ({ ...call, begun: begun.has(call.callId) }));
}

/**
 * Gives calls ids that the conversation has not seen: some models count from zero in every answer, and a call is known by its id. Pure.
 */
export function withFreshIds(history: readonly RuntimeEvent[], calls: readonly ToolCall[]): ToolCall[] {
  const taken = new Set(ofType(history, 'step.answered').flatMap((step) => step.calls.map((call) => call.callId)));
  return calls.map((call) => {
    let callId = call.callId || 'call';
    for (let copy = 2; taken.has(callId); copy++) callId = `${call.callId || 'call'}_${copy}`;
    taken.add(callId);
    return { ...call, callId };
  });
}
