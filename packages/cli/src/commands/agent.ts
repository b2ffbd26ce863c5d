import { Agent, AgentState } from '@fusion-kit/domain/agent';
import { type AgentChange, AgentMetrics, page } from '@fusion-kit/domain/api';
import type { LeashUsage } from '@fusion-kit/domain/leash';
import * as z from 'zod';
import type { Answer, Call } from '../call.ts';
import { argument, BudgetOptions, budgetOf, changedBudget, Limit, optionsOf, Words } from '../options.ts';
import { ago, bytes, cost, count, duration, tokens } from '../output/figures.ts';
import { plain } from '../output/plain.ts';
import { shownState } from '../output/states.ts';
import { fieldsText, LIST_MAX, tableText } from '../output/table.ts';
import { agentOf, projectHere, projectOf } from '../references.ts';
import type { Client } from '../server/client.ts';
import { connect } from '../server/connect.ts';
import { lookUntil } from '../server/process.ts';
import type { Paint } from '../terminal.ts';

const Spawn = BudgetOptions.extend({
  project: z.string().optional(),
  runtime: z.string().optional(),
  provider: z.string().optional(),
  model: z.string().optional(),
  capabilities: Words.default([]),
  subscribe: Words.default([]),
  instructions: z.string().optional(),
  program: z.string().optional(),
  login: z.boolean().default(false),
  permissions: z.string().optional(),
  takes: Words.optional(),
  hosts: Words.optional(),
  secrets: Words.optional(),
  memoryMb: z.coerce.number().optional(),
  processes: z.coerce.number().optional(),
  fileMb: z.coerce.number().optional(),
  workspaceMb: z.coerce.number().optional(),
  workspaceFiles: z.coerce.number().optional(),
});

/** How long is waited until it is ready; a slow one goes on by itself. */
const READY_WITHIN_MS = 15_000;

/** Makes an agent and answers when it is ready to work. Exit code 1 when it cannot. */
export async function spawnAgent(call: Call): Promise<Answer> {
  const options = optionsOf(call, Spawn);
  const name = argument(call, 0, '<name>');
  const { client } = await connect(call);
  const project = await projectHere(client, call, options.project);
  const { runtime, provider, model, capabilities, instructions, program, permissions, takes, hosts, secrets } = options;
  const { memoryMb, processes, fileMb, workspaceMb, workspaceFiles } = options;
  const agent = await client.post('/agents', Agent, {
    project: project.id,
    name,
    runtime,
    provider,
    model,
    capabilities,
    instructions,
    subscriptions: options.subscribe,
    budget: budgetOf(options),
    program,
    ...(options.login && { credentials: 'login' }),
    permissions,
    takes,
    hosts,
    secrets,
    limits: { memoryMb, processes, fileMb, workspaceMb, workspaceFiles },
  });
  return onceReady(client, agent);
}

async function onceReady(client: Client, agent: Agent): Promise<Answer> {
  const ready = await lookUntil(
    async () => {
      const now = await client.get(`/agents/${agent.id}`, Agent);
      return now.state === 'spawning' ? undefined : now;
    },
    { everyMs: 50, withinMs: READY_WITHIN_MS },
  );
  return { ...agentAnswer(ready ?? agent), ok: ready?.state !== 'error' };
}

export async function listAgents(call: Call): Promise<Answer> {
  const options = optionsOf(
    call,
    z.object({
      project: z.string().optional(),
      state: AgentState.optional(),
      limit: Limit.default(100),
      all: z.boolean().default(false),
    }),
  );
  const { client } = await connect(call);
  const project = options.project === undefined ? undefined : await projectOf(client, call, options.project);
  const { items, next } = await client.get('/agents', page(Agent), {
    query: { project: project?.id, state: options.state, limit: Math.min(options.limit, LIST_MAX) },
  });
  const shown = items.filter((agent) => options.all || options.state !== undefined || agent.state !== 'terminated');
  return {
    data: { agents: shown },
    text: (paint, columns) =>
      tableText(
        {
          head: ['agent', 'name', 'state', 'runtime', 'model', 'capabilities', 'tokens', 'cost', 'changed'],
          rows: shown.map((agent) => [
            agent.id,
            agent.name,
            shownState(agent.state, paint),
            worksBy(agent),
            [agent.provider, agent.model].filter(Boolean).join(' '),
            agent.capabilities.join(' '),
            tokens(agent.usage),
            cost(agent.usage),
            ago(agent.changedAt, Date.now()),
          ]),
          empty: 'no agents; `fusion-kit agent spawn NAME` makes one',
          more: next !== null,
        },
        paint,
        columns,
      ),
  };
}

export async function getAgent(call: Call): Promise<Answer> {
  const { client } = await connect(call);
  return agentAnswer(await agentOf(client, argument(call, 0, '<agent>')));
}

const changeAgent =
  (change: z.input<typeof AgentChange>) =>
  async (call: Call): Promise<Answer> => {
    const { client } = await connect(call);
    const { id } = await agentOf(client, argument(call, 0, '<agent>'));
    return agentAnswer(await client.patch(`/agents/${id}`, Agent, change));
  };

export const pauseAgent = changeAgent({ action: 'pause' });
export const resumeAgent = changeAgent({ action: 'resume' });

export async function budgetAgent(call: Call): Promise<Answer> {
  const { client } = await connect(call);
  const { id, budget } = await agentOf(client, argument(call, 0, '<agent>'));
  const change = { action: 'update', change: { budget: changedBudget(call, budget) } };
  return agentAnswer(await client.patch(`/agents/${id}`, Agent, change));
}

/** Tries again to make an agent ready and answers when it is. Exit code 1 when it still cannot work. */
export async function respawnAgent(call: Call): Promise<Answer> {
  const { client } = await connect(call);
  const { id } = await agentOf(client, argument(call, 0, '<agent>'));
  return onceReady(client, await client.patch(`/agents/${id}`, Agent, { action: 'respawn' }));
}

export async function terminateAgent(call: Call): Promise<Answer> {
  const { client } = await connect(call);
  const { id } = await agentOf(client, argument(call, 0, '<agent>'));
  return agentAnswer(await client.delete(`/agents/${id}`, Agent));
}

export async function agentMetrics(call: Call): Promise<Answer> {
  const { client } = await connect(call);
  const agent = await agentOf(client, argument(call, 0, '<agent>'));
  const metrics = await client.get(`/agents/${agent.id}/metrics`, AgentMetrics);
  const { tasks, usage } = metrics;
  return {
    data: metrics,
    text: (paint) =>
      fieldsText(
        [
          ['agent', `${paint.bold(agent.name)} ${paint.dim(agent.id)}`],
          ['tasks', `${tasks.completed} completed, ${tasks.failed} failed, ${tasks.running} running`],
          ['worked', duration(metrics.workingMs)],
          ['tool calls', String(metrics.toolCalls)],
          ['model calls', `${usage.calls}, ${count(usage.inputTokens)} tokens in, ${count(usage.outputTokens)} out`],
          ['cost', cost(usage)],
          ...heldFields(metrics.holds),
        ],
        paint,
      ),
  };
}

/** What its processes and files take while it works. */
const heldFields = (held: LeashUsage = {}): (readonly [string, string])[] => [
  ['memory', held.memoryBytes === undefined ? '' : bytes(held.memoryBytes)],
  ['processor', held.cpuMs === undefined ? '' : duration(held.cpuMs)],
  ['processes', held.processes === undefined ? '' : String(held.processes)],
  ['disk', held.diskBytes === undefined ? '' : `${bytes(held.diskBytes)}, ${count(held.files ?? 0)} files`],
];

/** `acp claude`, with its own login where it has one. */
const worksBy = ({ runtime, program, credentials }: Agent): string =>
  [runtime, program, credentials === 'login' && '(login)'].filter(Boolean).join(' ');

/** Whose models it asks, and who counts that, where a program could do either. */
function shownCredentials({ program, credentials = 'gateway' }: Agent): string {
  if (program === undefined) return '';
  return credentials === 'login'
    ? 'login: your own with its vendor; used up as the program says'
    : 'gateway: it has no key; used up as fusion-kit counts';
}

const agentAnswer = (agent: Agent): Answer => ({
  data: agent,
  text: (paint) => fieldsText(agentFields(agent, paint), paint),
});

const agentFields = (agent: Agent, paint: Paint): (readonly [string, string])[] => [
  ['agent', `${paint.bold(agent.name)} ${paint.dim(agent.id)}`],
  ['state', shownState(agent.state, paint)],
  ['failure', agent.failure ? paint.red(plain(`${agent.failure.message} → ${agent.failure.remedy}`)) : ''],
  ['runtime', worksBy(agent)],
  ['credentials', shownCredentials(agent)],
  ['model', [agent.provider, agent.model].filter(Boolean).join(' ')],
  ['capabilities', agent.capabilities.join(', ')],
  ['subscribed', agent.subscriptions.join(', ')],
  ['task', agent.taskId ?? ''],
  ['workspace', agent.workspace ?? ''],
  ['sandbox', agent.sandbox ?? ''],
  ['used', [tokens(agent.usage) && `${tokens(agent.usage)} tokens`, cost(agent.usage)].filter(Boolean).join(', ')],
];
