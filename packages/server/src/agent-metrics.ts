import type { Agent } from '@fusion-kit/domain/agent';
import type { AgentMetrics } from '@fusion-kit/domain/api';
import type { Entry } from '@fusion-kit/domain/entry';
import type { EventType } from '@fusion-kit/domain/event';
import type { AgentId, DispatchId } from '@fusion-kit/domain/ids';
import type { LeashUsage } from '@fusion-kit/domain/leash';
import type { Engine } from '@fusion-kit/engine/engine';
import type * as z from 'zod';

/** An agent's work, folded from its events up to `seq`. */
interface Work {
  seq: number;
  completed: number;
  failed: number;
  toolCalls: number;
  endedMs: number;
  /** When the dispatch in its hands was given to it. */
  since: number | undefined;
}

const NOTHING: Work = { seq: 0, completed: 0, failed: 0, toolCalls: 0, endedMs: 0, since: undefined };
const COUNTED: readonly EventType[] = [
  'task.assigned',
  'task.proved',
  'task.completed',
  'task.failed',
  'task.cancelled',
  'task.requeued',
  'tool.returned',
];
const READ_AT_ONCE = 1_000;
const REMEMBERED_MAX = 500;

function counted(work: Work, { seq, at, event }: Entry): Work {
  if (event.type === 'tool.returned') return { ...work, seq, toolCalls: work.toolCalls + 1 };
  if (event.type === 'task.assigned') return { ...work, seq, since: at };
  const failed = event.type === 'task.failed' || (event.type === 'task.requeued' && event.failure !== undefined);
  return {
    ...work,
    seq,
    completed: work.completed + Number(event.type === 'task.completed'),
    failed: work.failed + Number(failed),
    endedMs: work.endedMs + (work.since === undefined ? 0 : at - work.since),
    since: undefined,
  };
}

/** Counts what agents did. Each agent's count is remembered with its place in the log, so asking again reads only what is new. */
export function agentMetrics(
  engine: Engine,
  clock: () => number,
  holds: (dispatchId: DispatchId) => LeashUsage | undefined = () => undefined,
): (agent: Agent) => Promise<z.output<typeof AgentMetrics>> {
  const remembered = new Map<AgentId, Work>();

  async function workOf(agentId: AgentId): Promise<Work> {
    let work = remembered.get(agentId) ?? NOTHING;
    for (;;) {
      const entries = await engine.events(work.seq, READ_AT_ONCE, { agentId, types: COUNTED });
      work = entries.reduce(counted, work);
      if (entries.length < READ_AT_ONCE) break;
    }
    remembered.delete(agentId);
    remembered.set(agentId, work);
    if (remembered.size > REMEMBERED_MAX) remembered.delete(remembered.keys().next().value!);
    return work;
  }

  return async (agent) => {
    const held = agent.dispatchId && holds(agent.dispatchId);
    const { completed, failed, toolCalls, endedMs, since } = await workOf(agent.id);
    return {
      agentId: agent.id,
      usage: agent.usage,
      tasks: { completed, failed, running: agent.taskId === undefined ? 0 : 1 },
      toolCalls,
      workingMs: endedMs + (since === undefined ? 0 : clock() - since),
      ...(held && { holds: held }),
    };
  };
}
