import { type ErrorBody, ErrorBody as ErrorBodySchema, type ProviderView } from '@fusion-kit/domain/api';
import { FusionError } from '@fusion-kit/domain/errors';
import type { ProjectId, TaskId } from '@fusion-kit/domain/ids';
import { WorkflowDefinition } from '@fusion-kit/domain/workflow';
import { checkSource, type ReadWorkflow, readSound } from '@fusion-kit/domain/workflow-source';
import { createServer, type Server } from '../create-server.ts';
import type { ServerOptions } from '../options.ts';
import { MemoryEngine } from './memory-engine.ts';

export const TOKEN = 'a-token-for-tests';
export const VERSION = '1.2.3';

/** Workflows of the tests are JSON; what is wrong with one is told like a YAML reader tells it. */
const readJson: ReadWorkflow = ({ text }) => {
  try {
    return { definition: WorkflowDefinition.parse(JSON.parse(text)), warnings: [] };
  } catch (cause) {
    throw new FusionError('workflow_syntax', 'line 3, column 7: not a workflow', {
      cause,
      details: { line: 3, column: 7 },
    });
  }
};

const node = (id: string, ...needs: string[]) => ({
  id,
  title: `Do ${id}`,
  work: { kind: 'agent', prompt: 'work', outputs: [], verify: [], expectsChanges: false, maxSteps: 5 },
  needs: needs.map((need) => ({ id: need, accept: ['completed'] })),
  requires: [],
  priority: 5,
  retry: { limit: 0, backoffMs: 0 },
  timeoutMs: 1_000,
});

export const workflowText = (name: string, nodes: Record<string, string[]>): string =>
  JSON.stringify({
    name,
    inputs: {},
    team: [],
    setup: [],
    check: [],
    budget: {},
    nodes: Object.entries(nodes).map(([id, needs]) => node(id, ...needs)),
  });

export interface House {
  engine: MemoryEngine;
  server: Server;
  stops: number;
  logged: unknown[];
  /** A request as the command line makes it, without a socket. */
  call(method: string, path: string, body?: unknown, headers?: Record<string, string>): Promise<Response>;
  /** The body of a good answer. */
  ok<T = Record<string, unknown>>(
    method: string,
    path: string,
    body?: unknown,
    headers?: Record<string, string>,
  ): Promise<T>;
  /** The error of a refused one, with its status. */
  refusal(
    method: string,
    path: string,
    body?: unknown,
    headers?: Record<string, string>,
  ): Promise<ErrorBody['error'] & { status: number }>;
}

/** A server over an engine in memory. */
export function openHouse(change: Partial<ServerOptions> = {}): House {
  const engine = new MemoryEngine();
  const known: ProviderView[] = [];
  const house = { engine, stops: 0, logged: [] as unknown[] };
  const server = createServer({
    engine,
    token: TOKEN,
    version: VERSION,
    dataDir: '/tmp/data',
    sandbox: 'none',
    startedAt: 1_000,
    clock: () => 61_000,
    workflows: {
      read: async (source) => readSound(readJson, source),
      check: async (source) => checkSource(readJson, source),
    },
    providers: {
      list: async () => known,
      async remove(id) {
        const at = known.findIndex((provider) => provider.id === id);
        const [removed] = at < 0 ? [] : known.splice(at, 1);
        if (!removed) throw new FusionError('provider_unknown', `there is no provider ${id}`);
        return removed;
      },
      inspect: async (id) => ({ id, findings: [{ name: 'answers', ok: true, message: 'it does' }] }),
      async add({ id, protocol = 'openai-compatible', baseUrl = '', defaultModel = null }) {
        const status = { ok: true, credential: 'none', remainingUsd: null, checkedAt: 0 };
        known.push({ id, protocol, baseUrl, defaultModel, status });
        return known.at(-1)!;
      },
    },
    runtimes: { list: async () => [] },
    onShutdown: () => (result.stops += 1),
    log: (_message, error) => result.logged.push(error),
    ...change,
  });
  const call: House['call'] = async (method, path, body, headers = {}) =>
    server.app.request(path.startsWith('/') ? path : `/api/v1/${path}`, {
      method,
      headers: {
        authorization: `Bearer ${TOKEN}`,
        ...(body !== undefined && { 'content-type': 'application/json' }),
        ...headers,
      },
      ...(body !== undefined && { body: typeof body === 'string' ? body : JSON.stringify(body) }),
    });
  const result: House = {
    ...house,
    server,
    call,
    async ok<T>(...asked: Parameters<House['call']>) {
      const answer = await call(...asked);
      if (!answer.ok) throw new Error(`${asked[0]} ${asked[1]}: ${answer.status} ${await answer.text()}`);
      return (await answer.json()) as T;
    },
    async refusal(...asked) {
      const answer = await call(...asked);
      return { status: answer.status, ...ErrorBodySchema.parse(await answer.json()).error };
    },
  };
  return result;
}

/** A project with one idle agent. */
export async function furnished(house: House) {
  const project = await house.engine.createProject({ path: '/tmp/project', budget: {} });
  const spec = {
    name: 'ada',
    runtime: 'model-loop',
    capabilities: ['typescript'],
    subscriptions: ['plan.>'],
    budget: {},
  };
  const agent = await house.engine.spawnAgent({ project: project.id, spec });
  await house.engine.arrive(agent.id);
  return { project, agent };
}

/** An event of a conversation with a text of any length, as many logs are full of. */
export function toldEvents(projectId: ProjectId, taskId: TaskId, house: House, count: number, text: string) {
  const ids = {
    projectId,
    taskId,
    runId: house.engine.newId('run'),
    agentId: house.engine.newId('agt'),
    dispatchId: house.engine.newId('dsp'),
  };
  return Array.from({ length: count }, () => ({
    type: 'turn.told' as const,
    v: 1 as const,
    ...ids,
    text,
    messageIds: [],
  }));
}
