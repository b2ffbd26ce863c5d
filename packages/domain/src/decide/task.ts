import { FusionError } from '../errors.ts';
import { isEnded, isHeld } from '../task.ts';
import { mayTake } from '../schedule.ts';
import { birth } from './birth.ts';
import { known, type Rules } from './decision.ts';
import { cancellation, settle } from './settle.ts';

export const taskRules: Rules<
  'task.create' | 'task.cancel' | 'task.restart' | 'task.reprioritize' | 'task.dismiss' | 'task.assign'
> = {
  'task.create'(world, { spec }) {
    known(world, 'projects', spec.projectId);
    const run = known(world, 'runs', spec.runId);
    if (run.state !== 'running' && run.state !== 'paused')
      throw new FusionError('move_refused', `run ${run.name} is ${run.state}`);
    for (const { id, accept } of spec.needs) {
      const needed = known(world, 'tasks', id);
      if (needed.runId !== spec.runId)
        throw new FusionError('workflow_needs_unknown', `task ${needed.node} (${id}) belongs to another run`, {
          remedy: 'Name a task of the same run, or remove the need.',
        });
      if (isEnded(needed.state) && !(accept as readonly string[]).includes(needed.state))
        throw new FusionError('dependency_failed', `task ${needed.node} (${id}) is ${needed.state}`, {
          details: { accept },
        });
    }
    return birth(spec);
  },

  'task.cancel'(world, { taskId, reason }) {
    const task = known(world, 'tasks', taskId);
    if (task.state === 'cancelled') return [];
    if (isEnded(task.state)) throw new FusionError('move_refused', `task ${task.node} is already ${task.state}`);
    if (task.phase === 'landing')
      throw new FusionError('move_refused', `task ${task.node} is landing; its result was accepted`);
    return [cancellation(task, reason), ...settle(world, [{ task, state: 'cancelled' }])];
  },

  'task.restart'(world, { taskId, reason }) {
    const task = known(world, 'tasks', taskId);
    const { projectId, runId, dispatch } = task;
    if (!dispatch || !isHeld(task))
      throw new FusionError(
        'move_refused',
        `task ${task.node} is ${task.state}; only one in an agent's hands can be given out again`,
      );
    if (task.phase === 'landing')
      throw new FusionError('move_refused', `task ${task.node} is landing; its result was accepted`);
    const { id: dispatchId, agentId } = dispatch;
    return [{ type: 'task.requeued', v: 1, projectId, runId, taskId, agentId, dispatchId, reason }];
  },

  'task.reprioritize'(world, { taskId, priority }) {
    const task = known(world, 'tasks', taskId);
    if (task.state !== 'queued')
      throw new FusionError('move_refused', `task ${task.node} is ${task.state}; only a queued one changes its place`);
    if (task.priority === priority) return [];
    return [{ type: 'task.reprioritized', v: 1, projectId: task.projectId, runId: task.runId, taskId, priority }];
  },

  'task.dismiss'(world, { taskId, by }) {
    const task = known(world, 'tasks', taskId);
    if (task.state !== 'failed')
      throw new FusionError('move_refused', `task ${task.node} is ${task.state}; only a failure can be dismissed`, {
        remedy: 'See `fusion-kit inbox` for what it waits for, and the command that answers it.',
      });
    if (task.dismissed) return [];
    return [{ type: 'task.dismissed', v: 1, projectId: task.projectId, runId: task.runId, taskId, by }];
  },

  'task.assign'(world, { taskId, agentId, dispatchId, stolenFrom }, at) {
    const task = known(world, 'tasks', taskId);
    const agent = known(world, 'agents', agentId);
    const refusal = mayTake(world, task, agent, at);
    if (refusal)
      throw new FusionError('move_refused', `task ${task.node} cannot go to agent ${agent.name}: ${refusal}`);
    return [
      {
        type: 'task.assigned',
        v: 1,
        projectId: task.projectId,
        runId: task.runId,
        taskId,
        agentId,
        dispatchId,
        fence: task.fence + 1,
        ...(stolenFrom && { stolenFrom }),
      },
    ];
  },
};
