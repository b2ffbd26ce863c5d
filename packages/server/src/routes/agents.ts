import type { OpenAPIHono } from '@hono/zod-openapi';
import { Agent, usualRuntime } from '@fusion-kit/domain/agent';
import { AgentChange, AgentMetrics, AgentQuery, NewAgent, page } from '@fusion-kit/domain/api';
import type { Command } from '@fusion-kit/domain/command';
import { AgentId } from '@fusion-kit/domain/ids';
import type * as z from 'zod';
import { agentMetrics } from '../agent-metrics.ts';
import { endpoint, idParams, present } from '../endpoint.ts';
import type { ServerOptions } from '../options.ts';
import { pageOf, rowOf } from '../rows.ts';

function commandOf(agentId: AgentId, change: z.output<typeof AgentChange>): Command {
  switch (change.action) {
    case 'pause':
      return { type: 'agent.pause', agentId };
    case 'resume':
      return { type: 'agent.resume', agentId };
    case 'respawn':
      return { type: 'agent.respawn', agentId, reason: 'asked for by a person' };
    case 'update':
      return { type: 'agent.update', agentId, change: present(change.change) };
  }
}

export function agentRoutes(app: OpenAPIHono, { engine, clock, holds }: ServerOptions): void {
  const list = { method: 'get', path: '/agents', summary: 'Lists agents.' } as const;
  endpoint(app, { ...list, query: AgentQuery, answer: page(Agent) }, ({ query }) => {
    const { state, project: projectId, run: runId } = query;
    return pageOf(engine, { table: 'agents', filter: { state, projectId, runId } }, query);
  });

  const spawn = { method: 'post', path: '/agents', summary: 'Spawns an agent.' } as const;
  endpoint(app, { ...spawn, body: NewAgent, answer: Agent, status: 201 }, ({ body, idempotency }) => {
    const { project, runtime = usualRuntime(body), ...spec } = body;
    return engine.spawnAgent({ project, spec: { ...spec, runtime } }, idempotency);
  });

  const one = { path: '/agents/{id}', params: idParams(AgentId), answer: Agent } as const;
  endpoint(app, { ...one, method: 'get', summary: 'Shows an agent.' }, ({ params }) =>
    rowOf(engine, 'agents', params.id),
  );

  const change = {
    method: 'patch',
    summary: 'Pauses, resumes, respawns or updates an agent.',
    body: AgentChange,
  } as const;
  endpoint(app, { ...one, ...change }, async ({ params, body }) => {
    await engine.submit(commandOf(params.id, body));
    return rowOf(engine, 'agents', params.id);
  });

  const terminate = { method: 'delete', summary: 'Terminates an agent; its task goes back to the queue.' } as const;
  endpoint(app, { ...one, ...terminate }, async ({ params }) => {
    await engine.submit({ type: 'agent.terminate', agentId: params.id, reason: 'terminated by a person' });
    return rowOf(engine, 'agents', params.id);
  });

  const metricsOf = agentMetrics(engine, clock, holds);
  const metrics = { method: 'get', path: '/agents/{id}/metrics', summary: 'What an agent did and used.' } as const;
  endpoint(app, { ...metrics, params: one.params, answer: AgentMetrics }, async ({ params }) =>
    metricsOf(await rowOf(engine, 'agents', params.id)),
  );
}
