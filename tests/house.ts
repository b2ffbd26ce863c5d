import type { EventType } from '@fusion-kit/domain/event';
import type { RunnerReport, StartDispatch } from '@fusion-kit/domain/runner-protocol';
import type { Engine } from '@fusion-kit/engine/engine';
import { openEngine } from '@fusion-kit/engine/open-engine';
import { memoryBlobs } from '@fusion-kit/journals/blobs/memory-blobs';
import { openSqliteJournal } from '@fusion-kit/journals/sqlite/open-sqlite-journal';
import type { JournalFaults } from '@fusion-kit/domain/ports/journal';
import type { AgentWork } from '@fusion-kit/domain/nodes/agent';
import type { ProjectStore } from '@fusion-kit/domain/ports/workspaces';
import { localTransport } from '@fusion-kit/transports/local';
import { WorkflowDefinition, type WorkflowNode } from '@fusion-kit/domain/workflow';
import type { Blobs } from '@fusion-kit/domain/ports/blobs';
import { tmpdir } from 'node:os';

type Bare<R> = R extends RunnerReport ? Omit<R, 'caller' | 'token'> : never;

/** What a scripted runner does with a dispatch; `report` speaks as that dispatch. */
export type Play = (
  start: StartDispatch,
  report: (report: Bare<RunnerReport>) => Promise<unknown>,
) => Promise<void> | void;

/** Proves at once that nothing had to be changed. */
export const succeed: Play = async (_start, report) => {
  const started = report({ type: 'dispatch.started' }); // kept together with what follows, as a runner's first report is with its first event
  await report({
    type: 'dispatch.proved',
    outputs: { summary: 'done' },
    receipt: { kind: 'unverified', files: [], fileCount: 0, checks: [], sandbox: 'none' },
  });
  await started;
};

export interface House {
  engine: Engine;
  /** Every command the runner was given, in order. */
  commands: { type: string }[];
  starts: StartDispatch[];
  /** Ends it as a crash would: nothing is said to anyone, memory is gone. */
  close(): Promise<void>;
}

export interface HouseOptions {
  play?: Play;
  directory?: string;
  faults?: JournalFaults;
  clock?: () => number;
  random?: () => number;
  store?: ProjectStore;
  blobs?: Blobs;
  /** Whether agents come up by themselves. Default true. */
  ready?: boolean;
}

const noStore: ProjectStore = {
  refresh: () => Promise.reject(new Error('the projects of this house have no git')),
  start: () => Promise.reject(new Error('the projects of this house have no git')),
  integrate: () => Promise.reject(new Error('the projects of this house have no git')),
  head: async () => undefined,
};

/** A real engine and journal over the real local transport; only what agents do is scripted. */
export async function openHouse({
  play = succeed,
  directory = ':memory:',
  faults = {},
  ready = true,
  ...more
}: HouseOptions = {}): Promise<House> {
  const opened = await openSqliteJournal({ directory, faults });
  const { engine: engineEnd, runner } = localTransport();
  const commands: House['commands'] = [];
  const starts: StartDispatch[] = [];
  runner.onCommand((command) => {
    commands.push(command);
    if (command.type === 'agent.open' && ready)
      void runner.report({ type: 'agent.ready', agentId: command.agentId, workspace: '/w', sandbox: 'none' });
    if (command.type === 'run.check')
      void runner.report({
        type: 'run.checked',
        runId: command.runId,
        passed: !command.commands.includes('false'),
        checks: [],
      });
    if (command.type !== 'dispatch.start') return;
    starts.push(command);
    const { caller, token } = command;
    void play(command, (report) => runner.report({ ...report, caller, token } as RunnerReport));
  });
  const { blobs = memoryBlobs(), store = noStore, ...rest } = more;
  const engine = await openEngine({ ...opened, blobs, transport: engineEnd, store, version: 'test', ...rest });
  return { engine, commands, starts, close: () => engine.close('the test is over') };
}

export const agentWork = (id: string): AgentWork => ({
  kind: 'agent',
  prompt: `Do ${id}.`,
  outputs: [],
  verify: [],
  expectsChanges: false,
  maxSteps: 10,
});

export const node = (id: string, needs: readonly string[] = [], more: Partial<WorkflowNode> = {}): WorkflowNode => ({
  id,
  title: `Do ${id}`,
  work: agentWork(id),
  needs: needs.map((need) => ({ id: need, accept: ['completed'] })),
  requires: [],
  priority: 5,
  retry: { limit: 0, backoffMs: 0 },
  timeoutMs: 60_000,
  ...more,
});

/** A definition of these nodes for a team of so many agents. */
export const graph = (
  nodes: readonly WorkflowNode[],
  agents = 2,
  more: Partial<WorkflowDefinition> = {},
): WorkflowDefinition =>
  WorkflowDefinition.parse({
    name: 'graph',
    inputs: {},
    team: Array.from({ length: agents }, (_, n) => ({
      name: `agent-${n + 1}`,
      runtime: 'none',
      capabilities: ['code'],
      subscriptions: [],
      budget: {},
    })),
    setup: [],
    check: [],
    budget: {},
    nodes,
    ...more,
  });

/** Saves a definition in a project of its own and starts it. */
export async function startRun(
  { engine }: Pick<House, 'engine'>,
  definition: WorkflowDefinition,
  inputs: Record<string, string> = {},
) {
  const known = await engine.read((world) => [...world.all('projects')][0]);
  const project = known ?? (await engine.createProject({ path: tmpdir(), budget: {} }));
  const workflow = await engine.saveWorkflow({ project: project.id, definition, author: 'test' });
  return engine.startRun({ workflowId: workflow.id, inputs, defaults: {} });
}

/** Waits for the first event of these types about a run (or any), from the beginning of the log. */
export async function eventually(engine: Engine, types: readonly EventType[], about: Record<string, unknown> = {}) {
  const stop = new AbortController();
  for await (const entries of engine.follow(0, stop.signal)) {
    const found = entries.find(
      ({ event }) =>
        types.includes(event.type) &&
        Object.entries(about).every(([name, value]) => (event as Record<string, unknown>)[name] === value),
    );
    if (found) {
      stop.abort();
      return found;
    }
  }
  throw new Error(`the log ended before ${types.join(' or ')}`);
}

export const runEnds = (engine: Engine, runId: string) =>
  eventually(engine, ['run.completed', 'run.failed', 'run.cancelled'], { runId });
export const tasksOf = async (engine: Engine, runId: string) =>
  (await engine.find({ table: 'tasks', filter: { runId }, limit: 20_000 })).toSorted((a, b) => (a.id < b.id ? -1 : 1));
