import type { MessageId } from '@fusion-kit/domain/ids';
import type { RuntimeEvent, TurnResult } from '@fusion-kit/domain/ports/runtime';
import type { ModelMessage } from 'ai';
import { FINISH, Finished } from './tools/finish.ts';

// A conversation is its events and nothing else: whoever has them can go on, in this process or the next.

type EventOf<Type extends RuntimeEvent['type']> = Extract<RuntimeEvent, { type: Type }>;
export type Step = EventOf<'step.answered'>;
export type ToolCall = Step['calls'][number];

const ofType = <Type extends RuntimeEvent['type']>(history: readonly RuntimeEvent[], type: Type): EventOf<Type>[] =>
  history.filter((event): event is EventOf<Type> => event.type === type);

export const openingOf = (history: readonly RuntimeEvent[]): EventOf<'turn.opened'> | undefined =>
  ofType(history, 'turn.opened')[0];

export const stepsIn = (history: readonly RuntimeEvent[]): number => ofType(history, 'step.answered').length;

export const deliveredIn = (history: readonly RuntimeEvent[]): ReadonlySet<MessageId> =>
  new Set(ofType(history, 'turn.told').flatMap((told) => told.messageIds));

/** What the model is sent, without the system prompt. Every call must have its result. Pure. */
export const messagesOf = (history: readonly RuntimeEvent[]): ModelMessage[] =>
  history.map(messageOf).filter((message) => message !== undefined);

function messageOf(event: RuntimeEvent): ModelMessage | undefined {
  switch (event.type) {
    case 'turn.opened':
      return { role: 'user', content: event.prompt };
    case 'turn.told':
      return { role: 'user', content: event.text };
    case 'step.answered':
      return assistantMessage(event);
    case 'tool.returned':
      return toolMessage(event);
    default: // That a call has begun is for us to know; the model sees its result.
      return undefined;
  }
}

const assistantMessage = ({ text, calls }: Step): ModelMessage => ({
  role: 'assistant',
  content: [
    ...(text === '' ? [] : [{ type: 'text' as const, text }]),
    ...calls.map((call) => ({
      type: 'tool-call' as const,
      toolCallId: call.callId,
      toolName: call.tool,
      input: jsonObject(call.input) ?? { unreadable: call.input },
    })),
  ],
});

const toolMessage = ({ callId, tool, output, isError }: EventOf<'tool.returned'>): ModelMessage => ({
  role: 'tool',
  content: [
    {
      type: 'tool-result',
      toolCallId: callId,
      toolName: tool,
      output: isError ? { type: 'error-text', value: `Error: ${output}` } : { type: 'text', value: output },
    },
  ],
});

/** Arguments as the model wrote them; undefined when they are not a JSON object. Providers take nothing else back. */
export function jsonObject(text: string): object | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? value : undefined;
  } catch {
    return undefined;
  }
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

/** How many answers in a row, up to the last, called no tool. Pure. */
export function silentAnswers(history: readonly RuntimeEvent[]): number {
  const steps = ofType(history, 'step.answered');
  return steps.length - 1 - steps.findLastIndex((step) => step.calls.length > 0);
}

/** The result the last step gave by `finish`, unless something was said to the agent after it. Pure. */
export function finishedIn(history: readonly RuntimeEvent[]): TurnResult | undefined {
  const lately = history.slice(
    history.findLastIndex((event) => event.type === 'step.answered' || event.type === 'turn.told'),
  );
  const done = ofType(lately, 'tool.returned').find((event) => event.tool === FINISH && !event.isError);
  const call = done && ofType(lately, 'tool.called').find((event) => event.callId === done.callId);
  if (!call) return undefined;
  const { summary, outputs = {} } = Finished.parse(jsonObject(call.input));
  return { summary, outputs };
}
