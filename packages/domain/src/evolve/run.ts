import type { Entry } from '../entry.ts';
import { FusionError } from '../errors.ts';
import { type Moves, moveOf } from '../moves.ts';
import { RUN_MOVES, type Run, type RunState } from '../run.ts';
import { addUsage, NO_USAGE } from '../usage.ts';

const MOVES: Moves<RunState> = RUN_MOVES;

/** The run after an event, its own or one of its tasks'. Pure. */
export function evolveRun(run: Run | undefined, { at, event }: Entry): Run | undefined {
  if (event.type === 'run.started') {
    const head = event.spec.base ? { head: event.spec.base } : {};
    return { ...event.spec, ...head, state: 'running', phase: 'working', checks: [], usage: NO_USAGE, startedAt: at };
  }
  if (!run) return undefined;
  if (event.type === 'model.called' || event.type === 'usage.reported')
    return { ...run, usage: addUsage(run.usage, event) };
  if (event.type === 'task.completed') return event.landed ? { ...run, head: event.landed.commit } : run;
  const state = moveOf(MOVES, run.state, event.type);
  if (!state) throw new FusionError('move_refused', `run ${run.name} is ${run.state}; ${event.type} cannot follow`);
  switch (event.type) {
    case 'run.budgeted':
      return { ...run, budget: event.budget };
    case 'run.checking':
      return { ...run, phase: 'checking' };
    case 'run.completed':
      return { ...run, state, phase: 'working', checks: event.checks, finishedAt: at };
    case 'run.failed':
      return { ...run, state, phase: 'working', checks: event.checks, failure: event.failure, finishedAt: at };
    case 'run.cancelled':
      return { ...run, state, phase: 'working', finishedAt: at };
    default:
      return { ...run, state };
  }
}
