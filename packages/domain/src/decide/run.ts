import { failure, FusionError } from '../errors.ts';
import type { Event } from '../event.ts';
import { runEnded } from '../run.ts';
import { World } from '../world.ts';
import { freeName } from './agent.ts';
import { birth } from './birth.ts';
import { known, type Rules } from './decision.ts';
import { cancelRun, failRun } from './run-end.ts';
import { conclude, type Ending, release, settle } from './settle.ts';

export const runRules: Rules<
  'run.start' | 'run.budget' | 'run.pause' | 'run.resume' | 'run.cancel' | 'run.expire' | 'run.conclude'
> = {
  'run.start'(world, { spec, tasks, agents, inherited = [], skipped = [] }, at) {
    const project = known(world, 'projects', spec.projectId);
    if (project.state === 'deleted') throw new FusionError('project_unknown', `project ${project.name} was deleted`);
    for (const agent of agents) freeName(world, spec.projectId, agent.spec.name, spec.id);
    const base = { v: 1 as const, projectId: spec.projectId, runId: spec.id };
    const events: Event[] = [
      { type: 'run.started', ...base, spec },
      ...agents.map((agent): Event => ({ type: 'agent.spawning', ...base, agentId: agent.id, spec: agent.spec })),
      ...tasks.flatMap(birth),
      ...inherited.map((result): Event => ({ type: 'task.inherited', ...base, ...result })),
      ...skipped.map((result): Event => ({ type: 'task.skipped', ...base, ...result })),
    ];
    return inherited.length + skipped.length === 0 ? events : [...events, ...afterKept(events, at)];
  },

  'run.budget'(world, { runId, budget }) {
    const run = known(world, 'runs', runId);
    if (runEnded(run.state))
      throw new FusionError('move_refused', `run ${run.name} is already ${run.state}`, {
        remedy: 'Go on from what it completed with `fusion-kit run rerun`, which begins with nothing spent.',
      });
    return [{ type: 'run.budgeted', v: 1, projectId: run.projectId, runId, budget }];
  },

  'run.pause'(world, { runId }) {
    const run = known(world, 'runs', runId);
    if (run.state === 'paused') return [];
    if (run.state !== 'running' || run.phase === 'checking')
      throw new FusionError(
        'move_refused',
        `run ${run.name} is ${run.phase === 'checking' ? 'being checked' : run.state}`,
      );
    return [{ type: 'run.paused', v: 1, projectId: run.projectId, runId }];
  },

  'run.resume'(world, { runId }) {
    const run = known(world, 'runs', runId);
    if (run.state === 'running') return [];
    if (run.state !== 'paused') throw new FusionError('move_refused', `run ${run.name} is ${run.state}`);
    const last = world.openTasks(runId) === 0 ? conclude(world, { ...run, state: 'running' }) : [];
    return [{ type: 'run.resumed', v: 1, projectId: run.projectId, runId }, ...last];
  },

  'run.cancel'(world, { runId, reason }) {
    const run = known(world, 'runs', runId);
    if (run.state === 'cancelled') return [];
    if (runEnded(run.state)) throw new FusionError('move_refused', `run ${run.name} is already ${run.state}`);
    return cancelRun(world, run, reason);
  },

  'run.expire'(world, { runId }, at) {
    const run = known(world, 'runs', runId);
    if (runEnded(run.state) || run.deadlineAt === undefined || run.deadlineAt > at) return [];
    return failRun(world, run, failure('run_timeout', `run ${run.name} did not end in its time`));
  },

  'run.conclude'(world, { runId, passed, checks, failure: why }) {
    const run = known(world, 'runs', runId);
    if (run.state !== 'running' || run.phase !== 'checking') return []; // told twice, or cancelled meanwhile
    const base = { v: 1 as const, projectId: run.projectId, runId, checks: [...checks] };
    const last = checks.at(-1);
    const reason =
      why ??
      failure(
        'verification_failed',
        `the project's check failed: \`${last?.command}\` ended with ${last?.exitCode ?? 'no exit code'}`,
      );
    const end: Event = passed ? { type: 'run.completed', ...base } : { type: 'run.failed', ...base, failure: reason };
    return [end, ...release(world, run)];
  },
};

/** What follows when a run begins with tasks that have ended already: others may never start, or nothing is left to do. Pure. */
function afterKept(events: readonly Event[], at: number): Event[] {
  const begun = new World();
  events.forEach((event, place) => begun.apply({ seq: place + 1, at, event }));
  const endings = [...begun.all('tasks')].flatMap((task): Ending[] =>
    task.state === 'completed' || task.state === 'skipped' ? [{ task, state: task.state }] : [],
  );
  return settle(begun, endings);
}
