import { AGENT_MOVES, type Agent, AgentSpec, type AgentState } from '../agent.ts';
import { FusionError } from '../errors.ts';
import { meet } from '../run.ts';
import type { RunId } from '../ids.ts';
import type { Event, EventType } from '../event.ts';
import { type Moves, moveOf } from '../moves.ts';
import type { World } from '../world.ts';
import { known, type Rules } from './decision.ts';
import { undelivered } from './settle.ts';

const MOVES: Moves<AgentState> = AGENT_MOVES;

function allow(agent: Agent, type: EventType): void {
  if (!moveOf(MOVES, agent.state, type)) {
    const asked = type.replace('agent.', '').replace(/ing$/, 'ed');
    throw new FusionError('move_refused', `agent ${agent.name} cannot be ${asked} while its state is ${agent.state}`, {
      details: { state: agent.state },
    });
  }
}

/** Takes what an ending agent has in its hands back into the queue. */
function handedBack(world: World, { id: agentId, projectId, taskId, dispatchId }: Agent, reason: string): Event[] {
  const task = taskId && world.get('tasks', taskId);
  if (!task || !dispatchId || task.dispatch?.id !== dispatchId) return [];
  return [{ type: 'task.requeued', v: 1, projectId, runId: task.runId, taskId: task.id, agentId, dispatchId, reason }];
}

/**
 * Names are told apart where agents meet: within a run, and among those that belong to none.
 * @throws {FusionError} `agent_name_taken`
 */
export function freeName(world: World, projectId: Agent['projectId'], name: string, runId?: RunId): void {
  for (const other of world.agentsOf(projectId)) {
    if (other.name === name && meet(other.runId, runId))
      throw new FusionError('agent_name_taken', `agent ${name} is alive in this project (${other.id})`);
  }
}

export const agentRules: Rules<
  | 'agent.spawn'
  | 'agent.arrive'
  | 'agent.fail'
  | 'agent.respawn'
  | 'agent.pause'
  | 'agent.resume'
  | 'agent.update'
  | 'agent.terminate'
> = {
  'agent.spawn'(world, { agentId, projectId, spec }) {
    const project = known(world, 'projects', projectId);
    if (project.state === 'deleted') throw new FusionError('project_unknown', `project ${project.name} was deleted`);
    freeName(world, projectId, spec.name);
    return [{ type: 'agent.spawning', v: 1, projectId, agentId, spec }];
  },

  'agent.arrive'(world, { agentId, workspace, sandbox }) {
    const agent = known(world, 'agents', agentId);
    if (agent.state !== 'spawning') return []; // told twice, or terminated meanwhile
    return [{ type: 'agent.ready', v: 1, projectId: agent.projectId, agentId, workspace, sandbox }];
  },

  'agent.fail'(world, { agentId, failure }) {
    const agent = known(world, 'agents', agentId);
    if (agent.state === 'terminated' || agent.state === 'error') return [];
    allow(agent, 'agent.failed');
    return [
      ...handedBack(world, agent, 'its agent failed'),
      { type: 'agent.failed', v: 1, projectId: agent.projectId, agentId, failure },
    ];
  },

  'agent.respawn'(world, { agentId, reason }) {
    const agent = known(world, 'agents', agentId);
    allow(agent, 'agent.respawning');
    return [{ type: 'agent.respawning', v: 1, projectId: agent.projectId, agentId, reason }];
  },

  'agent.pause'(world, { agentId }) {
    const agent = known(world, 'agents', agentId);
    if (agent.state === 'paused') return [];
    allow(agent, 'agent.paused');
    return [{ type: 'agent.paused', v: 1, projectId: agent.projectId, agentId }];
  },

  'agent.resume'(world, { agentId }) {
    const agent = known(world, 'agents', agentId);
    const { projectId, dispatchId } = agent;
    if (agent.state === 'idle' || agent.state === 'working') return [];
    if (dispatchId) {
      allow(agent, 'agent.continued');
      return [{ type: 'agent.continued', v: 1, projectId, agentId, dispatchId }];
    }
    allow(agent, 'agent.resumed');
    return [{ type: 'agent.resumed', v: 1, projectId, agentId }];
  },

  'agent.update'(world, { agentId, change }) {
    const agent = known(world, 'agents', agentId);
    if (agent.state === 'terminated') throw new FusionError('move_refused', `agent ${agent.name} is terminated`);
    return [
      {
        type: 'agent.updated',
        v: 1,
        projectId: agent.projectId,
        agentId,
        spec: AgentSpec.parse({ ...agent, ...change }),
      },
    ];
  },

  'agent.terminate'(world, { agentId, reason }) {
    const agent = known(world, 'agents', agentId);
    if (agent.state === 'terminated') return [];
    const { projectId } = agent;
    return [
      ...handedBack(world, agent, 'its agent was terminated'),
      ...undelivered(world, agentId, projectId),
      { type: 'agent.terminated', v: 1, projectId, agentId, reason },
    ];
  },
};
