import { join } from 'node:path';
import { agentServices } from '@fusion-kit/cli/agent-services';
import type { AgentSpec } from '@fusion-kit/domain/agent';
import type { Runtime } from '@fusion-kit/domain/ports/runtime';
import type { Sandbox } from '@fusion-kit/domain/ports/sandbox';
import type { Meter, Upstream } from '@fusion-kit/domain/ports/upstream';
import type { NodeWork } from '@fusion-kit/domain/node';
import type { WorkflowNode } from '@fusion-kit/domain/workflow';
import type { Engine } from '@fusion-kit/engine/engine';
import { openEngine } from '@fusion-kit/engine/open-engine';
import type { WatchdogLimits } from '@fusion-kit/engine/watchdog';
import { memoryBlobs } from '@fusion-kit/journals/blobs/memory-blobs';
import { openSqliteJournal } from '@fusion-kit/journals/sqlite/open-sqlite-journal';
import { reportingMeter } from '@fusion-kit/runner/meter';
import { corporateProxy } from '@fusion-kit/runner/outside/corporate-proxy';
import { systemInternet } from '@fusion-kit/runner/outside/internet';
import type { Outside } from '@fusion-kit/runner/outside/outside';
import { Sampler } from '@fusion-kit/runner/sampling/sampler';
import { Runner } from '@fusion-kit/runner/runner';
import type { DispatchTokens } from '@fusion-kit/runner/tokens';
import { modelLoop } from '@fusion-kit/runtimes/model-loop/model-loop';
import type { LoopbackModel } from '@fusion-kit/testing/loopback-model';
import { localTransport } from '@fusion-kit/transports/local';
import { detectSandbox } from '@fusion-kit/workspaces/sandbox/detect';
import { detectLimits } from '@fusion-kit/workspaces/sandbox/limits/detect-limits';
import { leashes } from '@fusion-kit/workspaces/sandbox/limits/leashes';
import { noSandbox } from '@fusion-kit/workspaces/sandbox/none';
import { gitProjectStore } from '@fusion-kit/workspaces/project-store';
import { workspaces } from '@fusion-kit/workspaces/workspaces';
import { graph, startRun } from './house.ts';
import { repository, scratch } from './real-server.ts';

/** A house in which agents really work: engine, runner, workspaces and cages are the ones that are shipped. */
export interface WorkingHouse {
  engine: Engine;
  /** The user's repository. */
  project: string;
  /** Where agents' workspaces and the project store lie. */
  data: string;
  /** Starts these nodes with the team, and gives the run's id. */
  start: (nodes: readonly WorkflowNode[], more?: Parameters<typeof graph>[2]) => ReturnType<typeof startRun>;
  close(): Promise<void>;
}

export interface WorkingHouseOptions {
  files?: Record<string, string>;
  sandbox?: 'bubblewrap' | 'none';
  runtimes?: readonly Runtime[];
  upstream?: Upstream | ((meter: Meter) => Upstream);
  team?: readonly Partial<AgentSpec>[];
  watchdog?: Partial<WatchdogLimits>;
  heartbeatMs?: number;
  /** What stands in the place of what lies outside. */
  outside?: Partial<Outside>;
}

const member = (spec: Partial<AgentSpec>, at: number): AgentSpec => ({
  name: `agent-${at + 1}`,
  runtime: 'shell',
  capabilities: [],
  subscriptions: [],
  budget: {},
  ...spec,
});

export async function openWorkingHouse(options: WorkingHouseOptions = {}): Promise<WorkingHouse> {
  const {
    files = { 'read me.txt': 'hello\n' },
    sandbox = 'bubblewrap',
    runtimes = [modelLoop()],
    team = [{}],
  } = options;
  const place = await scratch('working');
  const { path } = place;
  const project = join(path, 'project');
  const data = join(path, 'data');
  await repository(project, files);
  const store = gitProjectStore({ root: data });
  const wire = localTransport();
  const blobs = memoryBlobs();
  const cages = workspaces({
    root: data,
    sandbox: await cageOf(sandbox),
    store,
    leashes: leashes(data, await detectLimits()),
  });
  const tokens: DispatchTokens = new Map();
  const outside: Outside = {
    directory: join(data, 'bridge'),
    internet: systemInternet,
    proxyFor: corporateProxy({}),
    hostsOf: () => [],
    secret: async () => undefined,
    redactors: new Map(),
    everywhere: { env: {}, readable: [] },
    uncaged: {},
    ...options.outside,
  };
  const meter = reportingMeter({ end: wire.runner, tokens, blobs, redactors: outside.redactors });
  const upstream = typeof options.upstream === 'function' ? options.upstream(meter) : options.upstream;
  const runner = new Runner({
    end: wire.runner,
    blobs,
    tokens,
    runtimes: new Map(runtimes.map((runtime) => [runtime.id, runtime])),
    upstream: () => upstream,
    defaultProvider: upstream?.id ?? 'nobody',
    services: { directory: join(data, 'bridge'), serve: agentServices('test') },
    outside,
    workspacesFor: () => cages,
    ...(options.heartbeatMs !== undefined && {
      heartbeatMs: options.heartbeatMs,
      sampler: new Sampler({ everyMs: options.heartbeatMs }),
    }),
    log: () => {},
  });
  const opened = await openSqliteJournal({ directory: ':memory:' });
  const engine = await openEngine({
    ...opened,
    blobs,
    transport: wire.engine,
    store,
    version: 'test',
    ...(options.watchdog && { watchdog: options.watchdog }),
  });
  await engine.createProject({ path: project, budget: {} });
  return {
    engine,
    project,
    data,
    start: async (nodes, more) => startRun({ engine }, graph(nodes, 0, { team: team.map(member), ...more }), {}),
    async close() {
      await runner.close();
      await engine.close('the test is over');
      await place.remove();
    },
  };
}

async function cageOf(kind: 'bubblewrap' | 'none'): Promise<Sandbox> {
  if (kind === 'none') return noSandbox();
  const { sandbox, problems } = await detectSandbox();
  if (!sandbox) throw new Error(`these tests need bubblewrap: ${problems[0]?.what}`);
  return sandbox;
}

/** A provider whose every model is this one. */
export const upstreamOf = ({ baseUrl }: LoopbackModel): Upstream => ({
  id: 'loopback',
  protocol: 'openai-compatible',
  baseUrl,
  wires: { 'openai-chat': baseUrl },
  defaultModel: 'canned',
  fetch: (_caller, input, init) => fetch(input, init),
  check: async () => ({ ok: true, credential: 'none needed', remainingUsd: null, checkedAt: 0 }),
});

export const command = (run: string, more: Partial<Extract<NodeWork, { kind: 'command' }>> = {}): NodeWork => ({
  kind: 'command',
  run,
  exitCodes: [0],
  verify: [],
  expectsChanges: false,
  ...more,
});
