import { failure, FusionError } from '../errors.ts';
import type { Event } from '../event.ts';
import { runEnded } from '../run.ts';
import { isEnded } from '../task.ts';
import { freeName } from './agent.ts';
import { birth } from './birth.ts';
import { known, type Rules } from './decision.ts';
import { conclude, release } from './settle.ts';

export const runRules: Rules<'run.start' | 'run.pause' | 'run.resume' | 'run.cancel' | 'run.conclude'> = {
  'run.start'(world, { spec, tasks, agents }) {
    const project = known(world, 'projects', spec.projectId);
    if (project.state === 'deleted') throw new FusionError('project_unknown', `project ${project.name} was deleted`);
    for (const agent of agents) freeName(world, spec.projectId, agent.spec.name, spec.id);
    const base = { v: 1 as const, projectId: spec.projectId, runId: spec.id };
    return [
      { type: 'run.started', ...base, spec },
      ...agents.map((agent): Event => ({ type: 'agent.spawning', ...base, agentId: agent.id, spec: agent.spec })),
      ...tasks.flatMap(birth),
    ];
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
    const cancelled = [...world.tasksOf(runId)]
      .filter((task) => !isEnded(task.state) && task.phase !== 'landing') // accepted already: its end is recorded when it has landed
      .map((task): Event => {
        const held = task.dispatch && { agentId: task.dispatch.agentId, dispatchId: task.dispatch.id };
        return {
          type: 'task.cancelled',
          v: 1,
          projectId: task.projectId,
          runId,
          taskId: task.id,
          ...held,
          reason: `run cancelled: ${reason}`,
        };
      });
    return [
      ...cancelled,
      { type: 'run.cancelled', v: 1, projectId: run.projectId, runId, reason },
      ...release(world, run),
    ];
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
