import { AgentSpec } from '../agent.ts';
import { FusionError } from '../errors.ts';
import { PROGRESS_OF_DISPATCH } from '../progress.ts';
import { known, type Rules } from './decision.ts';
import { open } from './dispatch.ts';

/** What an agent asks for in the name of its dispatch, beside its conversation. */
export const deskRules: Rules<'dispatch.progress' | 'agent.subscribe'> = {
  'dispatch.progress'(world, { caller, progress }) {
    const task = open(world, caller);
    if (task.state !== 'running') throw new FusionError('move_refused', `task ${task.node} has not started`);
    const { text, percent, count } = task.progress ?? { count: 0 };
    if (text === progress.text && percent === progress.percent) return [];
    if (count >= PROGRESS_OF_DISPATCH)
      throw new FusionError('quota_exceeded', `task ${task.node} has told of its progress ${count} times`);
    return [{ type: 'task.progressed', v: 1, ...caller, progress }];
  },

  'agent.subscribe'(world, { caller, add, remove }) {
    open(world, caller);
    const agent = known(world, 'agents', caller.agentId);
    const kept = agent.subscriptions.filter((pattern) => !remove.includes(pattern));
    const subscriptions = [...new Set([...kept, ...add])];
    if (subscriptions.join() === agent.subscriptions.join()) return [];
    const spec = AgentSpec.safeParse({ ...agent, subscriptions });
    if (!spec.success)
      throw new FusionError(
        'bad_request',
        `agent ${agent.name} cannot listen to these: ${spec.error.issues[0]?.message}`,
      );
    return [{ type: 'agent.updated', v: 1, projectId: agent.projectId, agentId: agent.id, spec: spec.data }];
  },
};
