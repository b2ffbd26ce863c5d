import type { RuntimeEvent, Turn, TurnResult } from '@fusion-kit/domain/ports/runtime';
import { claimOf } from './claim.ts';

type EventOf<Type extends RuntimeEvent['type']> = Extract<RuntimeEvent, { type: Type }>;

/** How a program says that it has nothing more to do. */
const DONE = 'end_turn';

export const isOpened = ({ history }: Pick<Turn, 'history'>): boolean =>
  history.some(({ type }) => type === 'turn.opened');

/** The latest session that this program had in the conversation. Pure. */
export const sessionIn = ({ history }: Pick<Turn, 'history'>, program: string): string | undefined =>
  history.findLast(
    (event): event is EventOf<'session.opened'> => event.type === 'session.opened' && event.program === program,
  )?.session;

/** The result of a turn that was over before it was interrupted. Pure. */
export function finishedIn(
  turn: Pick<Turn, 'history' | 'work' | 'note' | 'misfits' | 'reported'>,
): TurnResult | undefined {
  const { history, work, note } = turn;
  const last = history.findLast(({ type }) => type === 'step.answered' || type === 'turn.told');
  if (last?.type !== 'step.answered' || last.finishReason !== DONE) return undefined;
  if (note !== undefined && !wasTold(history, note)) return undefined;
  const { missing, ...result } = claimOf(history, work, turn.reported?.());
  return missing.length === 0 && turn.misfits(result).length === 0 ? result : undefined;
}

/** What is said first to an agent that goes on: why, and what it was told that it may not have heard. Pure. */
export function goingOn({ history, note }: Pick<Turn, 'history' | 'note'>, interrupted: string): string {
  const first = note !== undefined && !wasTold(history, note) ? note : interrupted;
  const since = history.slice(history.findLastIndex(({ type }) => type === 'step.answered') + 1);
  const unheard = since.flatMap((event) => (event.type === 'turn.told' && event.text !== first ? [event.text] : []));
  return [first, ...unheard].join('\n\n');
}

const wasTold = (history: readonly RuntimeEvent[], text: string): boolean =>
  history.some((event) => event.type === 'turn.told' && event.text.startsWith(text));
