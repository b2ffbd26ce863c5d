import type { RuntimeEvent, Turn, TurnResult } from '@fusion-kit/domain/ports/runtime';
import { attemptIn, openingOf } from '../model-loop/conversation.ts';
import { ANOTHER_ATTEMPT } from '../model-loop/prompt.ts';
import { claimOf } from './claim.ts';
import { INTERRUPTED, paragraphs } from './prompts.ts';

type EventOf<Type extends RuntimeEvent['type']> = Extract<RuntimeEvent, { type: Type }>;

/** How a program says that it has nothing more to do. */
const DONE = 'end_turn';

/** The latest session that this program had in the conversation. Pure. */
export const sessionIn = (history: readonly RuntimeEvent[], program: string): string | undefined =>
  history.findLast(
    (event): event is EventOf<'session.opened'> => event.type === 'session.opened' && event.program === program,
  )?.session;

/** The result of an attempt that was over before it was interrupted. Pure. */
export function finishedIn(
  turn: Pick<Turn, 'history' | 'work' | 'attempt' | 'misfits' | 'reported'>,
): TurnResult | undefined {
  const { history, work, attempt } = turn;
  const last = history.findLast(({ type }) => type === 'step.answered' || type === 'turn.told');
  if (last?.type !== 'step.answered' || last.finishReason !== DONE || attemptIn(history) < attempt) return undefined;
  const { missing, ...result } = claimOf(history, work, turn.reported?.());
  return missing.length === 0 && turn.misfits(result).length === 0 ? result : undefined;
}

/** What is said first to an agent that goes on: why, and what it was told that it may not have heard. Nothing to one that begins. Pure. */
export function goingOn({
  history,
  note,
  attempt,
}: Pick<Turn, 'history' | 'note' | 'attempt'>): Omit<EventOf<'turn.told'>, 'type'> | undefined {
  if (!openingOf(history)) return undefined;
  if (attemptIn(history) < attempt) return { text: note ?? ANOTHER_ATTEMPT, messageIds: [], attempt };
  const since = history.slice(history.findLastIndex(({ type }) => type === 'step.answered') + 1);
  const unheard = since.flatMap((event) => (event.type === 'turn.told' && event.text !== note ? [event.text] : []));
  return { text: paragraphs(INTERRUPTED, note, ...unheard.filter((text) => text !== INTERRUPTED)), messageIds: [] };
}
