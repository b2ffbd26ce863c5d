import type { EventType } from './event.ts';

/** A table of moves: where each event leads from each state. */
export type Moves<State extends string> = Record<State | 'unborn', Partial<Record<EventType, State>>>;

/** Where an event leads from a state; undefined when the table does not allow it. Pure. */
export const moveOf = <State extends string>(
  moves: Moves<State>,
  from: State | 'unborn',
  type: EventType,
): State | undefined => moves[from][type];
