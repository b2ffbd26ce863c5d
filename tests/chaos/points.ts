/** A place in a server process where it is ended: before, during or after something that crosses from one part of the house to another. */
export interface Point {
  name: string;
  /** It dies at one of so many first crossings in the life of a process, which one is left to chance. */
  upTo: number;
  /** For a place in the middle of something: so long after it began, at most, in milliseconds. */
  withinMs?: number;
  /** What the person at the server does in such a life, since the place would hardly be reached otherwise. */
  after?: 'another run is started' | 'an agent is let go' | 'a list is read' | 'the log is archived';
  /** The workload without which it is never reached. */
  only?: string;
  /** How long such a life may last when the place is not reached. */
  patienceMs?: number;
}

/** Killed from outside, wherever it is. */
export const AT_ANY_MOMENT = 'at any moment';

const around = (what: string, upTo: number): Point[] => [
  { name: `before ${what}`, upTo },
  { name: `after ${what}`, upTo },
];
const throughout = (what: string, upTo: number, withinMs: number): Point[] => [
  ...around(what, upTo),
  { name: `during ${what}`, upTo, withinMs },
];

const inNewRun = (points: Point[]): Point[] => points.map((point) => ({ ...point, after: 'another run is started' }));

const inParley = (points: Point[]): Point[] => points.map((point) => ({ ...point, only: PARLEY, patienceMs: 8_000 }));
/** The workload whose agents ask and propose. */
export const PARLEY = 'agents that ask people, propose, and are programs';

/** Names of the parts and methods are those of the ports; what is sent and reported has its type behind it. */
export const POINTS: readonly Point[] = [
  { name: AT_ANY_MOMENT, upTo: 1, withinMs: 900 },
  ...throughout('journal.append', 60, 4),
  ...throughout('rows folded at opening', 1, 6),
  // Before a list is read, they are written.
  ...throughout('rows that follow the log', 3, 6).map((point) => ({ ...point, after: 'a list is read' as const })),
  ...throughout('journal.archive', 2, 30).map((point) => ({ ...point, after: 'the log is archived' as const })),
  ...throughout('blobs.put', 8, 4),
  ...inNewRun(around('engineEnd.send agent.open', 3)),
  ...around('engineEnd.send dispatch.start', 3),
  ...inNewRun(throughout('workspaces.open', 6, 150)),
  ...throughout('workspace.begin', 2, 100),
  ...throughout('workspace.resume', 1, 100),
  ...throughout('workspace.snapshot', 2, 100),
  ...throughout('workspaces.verify', 2, 150),
  ...throughout('workspaces.remove', 1, 100).map((point) => ({ ...point, after: 'an agent is let go' as const })),
  ...inNewRun(around('runnerEnd.report agent.ready', 3)),
  ...around('runnerEnd.report dispatch.started', 3),
  ...around('runnerEnd.report dispatch.activity', 12),
  ...around('runnerEnd.report budget.reserve', 5),
  ...around('runnerEnd.report budget.settle', 4),
  ...inParley(
    inNewRun([
      ...around('runnerEnd.report question.ask', 3),
      ...around('engineEnd.send dispatch.answer', 2),
      ...around('runnerEnd.report task.propose', 1),
    ]),
  ),
  ...around('runnerEnd.report dispatch.proved', 2),
  ...inNewRun(throughout('store.start', 1, 40)),
  ...throughout('store.integrate', 2, 100),
  ...throughout('git moving the branch in the store', 2, 8),
  ...throughout('git writing the branch to the user', 2, 30),
];

/** Those that can be reached with a workload. */
export const pointsOf = ({ name }: { name: string }): Point[] =>
  POINTS.filter(({ only }) => only === undefined || only === name);
