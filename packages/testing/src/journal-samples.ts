import { Entry } from '@fusion-kit/domain/entry';
import type { IdOf } from '@fusion-kit/domain/ids';
import { Message } from '@fusion-kit/domain/message';
import { Project } from '@fusion-kit/domain/project';
import type { RowWrite } from '@fusion-kit/domain/row';
import { Run, type RunState } from '@fusion-kit/domain/run';
import { Task, type TaskState } from '@fusion-kit/domain/task';
import { NO_USAGE } from '@fusion-kit/domain/usage';
import { Agent, type AgentState } from '@fusion-kit/domain/agent';

/** The id of a numbered thing; ids of a kind sort as their numbers do. */
export const sampleId = <Prefix extends keyof IdOf>(prefix: Prefix, number: number): IdOf[Prefix] =>
  `${prefix}_${String(number).padStart(26, '0')}` as IdOf[Prefix];

/** What an event or row belongs to, by number. */
export interface Belongs {
  project?: number;
  run?: number;
  task?: number;
  agent?: number;
}

const belonging = ({ project = 1, run = 1, task = 1, agent = 1 }: Belongs) => ({
  projectId: sampleId('prj', project),
  runId: sampleId('run', run),
  taskId: sampleId('tsk', task),
  agentId: sampleId('agt', agent),
  dispatchId: sampleId('dsp', task),
});

export type SampleEvent =
  | 'task.started'
  | 'task.requeued'
  | 'tool.returned'
  | 'agent.paused'
  | 'run.failed'
  | 'server.started';
export const SAMPLE_EVENTS: readonly SampleEvent[] = [
  'task.started',
  'task.requeued',
  'tool.returned',
  'agent.paused',
  'run.failed',
  'server.started',
];

/** One entry of the log; its time is a thousand times its number. `text` is the length of its text where it has one. */
export function sampleEntry(seq: number, type: SampleEvent, belongs: Belongs = {}, text = 10): Entry {
  const { projectId, runId, agentId, ...task } = belonging(belongs);
  const words = 'x'.repeat(text);
  const failure = { code: 'internal', message: words, remedy: '' };
  const facts = {
    'task.started': { projectId, runId, agentId, ...task },
    'task.requeued': { projectId, runId, agentId, ...task, reason: words },
    'tool.returned': {
      projectId,
      runId,
      agentId,
      ...task,
      callId: `call ${seq}`,
      tool: 'shell',
      output: 'é 🦀',
      isError: seq % 2 === 0,
      durationMs: 1.5,
    },
    'agent.paused': { projectId, agentId },
    'run.failed': { projectId, runId, failure, checks: [] },
    'server.started': { version: '1.0.0', pid: seq },
  };
  return Entry.parse({ seq, at: seq * 1_000, event: { type, v: 1, ...facts[type] } });
}

/** Entries of one type that follow a number. */
export const sampleEntries = (expected: number, count: number, type: SampleEvent = 'task.started'): Entry[] =>
  Array.from({ length: count }, (_, at) => sampleEntry(expected + 1 + at, type));

export function taskRow(number: number, state: TaskState, belongs: Belongs = {}): RowWrite {
  const { projectId, runId, agentId, dispatchId } = belonging({ task: number, ...belongs });
  const id = sampleId('tsk', number);
  const row = Task.parse({
    id,
    projectId,
    runId,
    node: `node-${number}`,
    title: `Task ${number}`,
    state,
    work: { kind: 'agent', prompt: 'Do it — “well”.' },
    priority: 5,
    requires: [],
    needs: [],
    unblocks: 0,
    retry: { limit: 1, backoffMs: 0 },
    timeoutMs: 1_000,
    fence: 1,
    attempts: 0,
    usage: NO_USAGE,
    createdAt: 1,
    ...(belongs.agent !== undefined && { dispatch: { id: dispatchId, agentId, fence: 1, assignedAt: 1 } }),
  });
  return { table: 'tasks', id, row };
}

export function runRow(number: number, state: RunState, project = 1): RowWrite {
  const id = sampleId('run', number);
  const row = Run.parse({
    id,
    projectId: sampleId('prj', project),
    name: `Run ${number}`,
    inputs: {},
    setup: [],
    check: [],
    budget: {},
    state,
    phase: 'working',
    checks: [],
    usage: NO_USAGE,
    startedAt: 1,
  });
  return { table: 'runs', id, row };
}

export function agentRow(number: number, state: AgentState, project = 1): RowWrite {
  const id = sampleId('agt', number);
  const row = Agent.parse({
    id,
    projectId: sampleId('prj', project),
    name: `agent-${number}`,
    runtime: 'scripted',
    capabilities: [],
    state,
    subscriptions: [],
    budget: {},
    usage: NO_USAGE,
    createdAt: 1,
    changedAt: 1,
  });
  return { table: 'agents', id, row };
}

export function messageRow(number: number): RowWrite {
  const id = sampleId('msg', number);
  const row = Message.parse({
    id,
    projectId: sampleId('prj', 1),
    from: { kind: 'system' },
    to: { topic: 'plan.ready' },
    text: `message ${number}`,
    sentAt: number,
    deliveries: {},
  });
  return { table: 'messages', id, row };
}

export function projectRow(number: number): RowWrite {
  const id = sampleId('prj', number);
  const row = Project.parse({
    id,
    name: `Project ${number}`,
    path: `/projects/${number}`,
    kind: 'git',
    budget: {},
    usage: NO_USAGE,
    state: 'active',
    createdAt: 1,
  });
  return { table: 'projects', id, row };
}

export function keyRow(key: string, seq: number): RowWrite {
  return { table: 'keys', id: key, row: { id: key, seq, key, digest: 'd', reply: { ok: true } } };
}
