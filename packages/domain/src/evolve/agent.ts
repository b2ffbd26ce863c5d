import { AGENT_MOVES, type Agent, type AgentState } from '../agent.ts';
import type { Entry } from '../entry.ts';
import { FusionError } from '../errors.ts';
import { type Moves, moveOf } from '../moves.ts';
import { addUsage, NO_USAGE } from '../usage.ts';

const MOVES: Moves<AgentState> = AGENT_MOVES;

/** The agent after an event. Events of a task move it only while they name the dispatch in its hands. Pure. */
export function evolveAgent(agent: Agent | undefined, { at, event }: Entry): Agent | undefined {
  if (event.type === 'agent.spawning') {
    const born = { ...event.spec, id: event.agentId, projectId: event.projectId, state: 'spawning' as const };
    return { ...born, ...(event.runId && { runId: event.runId }), usage: NO_USAGE, createdAt: at, changedAt: at };
  }
  if (!agent) return undefined;
  if (event.type === 'model.called' || event.type === 'usage.reported')
    return { ...agent, usage: addUsage(agent.usage, event) };
  if (event.type === 'agent.updated') return { ...agent, ...event.spec, changedAt: at };
  const aboutTask = event.type.startsWith('task.');
  if (aboutTask && event.type !== 'task.assigned' && !('dispatchId' in event && event.dispatchId === agent.dispatchId))
    return agent;
  const state = moveOf(MOVES, agent.state, event.type);
  if (!state) {
    if (aboutTask && event.type !== 'task.assigned') return agent;
    throw new FusionError('move_refused', `agent ${agent.name} is ${agent.state}; ${event.type} cannot follow`);
  }
  const { taskId, dispatchId, failure: _past, ...rest } = agent;
  const inHand = { ...(taskId && { taskId }), ...(dispatchId && { dispatchId }) };
  const moved = { ...rest, state, changedAt: at };
  switch (event.type) {
    case 'task.assigned':
      return { ...moved, taskId: event.taskId, dispatchId: event.dispatchId };
    case 'agent.ready':
      return { ...moved, workspace: event.workspace, sandbox: event.sandbox };
    case 'agent.failed':
      return { ...moved, failure: event.failure };
    case 'agent.paused':
    case 'agent.continued':
      return { ...moved, ...inHand };
    default:
      return moved; // the task has left its hands, or the agent has ended
  }
}
