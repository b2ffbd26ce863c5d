import type { OpenAPIHono } from '@hono/zod-openapi';
import {
  DiffQuery,
  ForkRun,
  page,
  ReenactRun,
  Replay,
  ReplayQuery,
  RunChange,
  RunDiff,
  RunQuery,
  Started,
} from '@fusion-kit/domain/api';
import type { Command } from '@fusion-kit/domain/command';
import { RunId } from '@fusion-kit/domain/ids';
import { Run } from '@fusion-kit/domain/run';
import type * as z from 'zod';
import { endpoint, idParams } from '../endpoint.ts';
import type { ServerOptions } from '../options.ts';
import { pageOf, rowOf } from '../rows.ts';

function commandOf(runId: RunId, change: z.output<typeof RunChange>): Command {
  switch (change.action) {
    case 'pause':
      return { type: 'run.pause', runId };
    case 'resume':
      return { type: 'run.resume', runId };
    case 'budget':
      return { type: 'run.budget', runId, budget: change.budget };
    case 'cancel':
      return { type: 'run.cancel', runId, reason: change.reason };
  }
}

export function runRoutes(app: OpenAPIHono, { engine, defaultProvider = '' }: ServerOptions): void {
  const list = { method: 'get', path: '/runs', summary: 'Lists runs.' } as const;
  endpoint(app, { ...list, query: RunQuery, answer: page(Run) }, ({ query }) => {
    const { project: projectId, state, workflow } = query;
    const keep = workflow && ((run: Run) => run.workflowId === workflow);
    return pageOf(engine, { table: 'runs', filter: { projectId, state }, keep }, query);
  });

  const one = { path: '/runs/{id}', params: idParams(RunId), answer: Run } as const;
  endpoint(app, { ...one, method: 'get', summary: 'Shows a run.' }, ({ params }) => rowOf(engine, 'runs', params.id));

  const of = (what: string) => ({ path: `/runs/{id}/${what}`, params: one.params });

  const fork = { method: 'post', summary: 'Starts a run that keeps what another has done.', status: 201 } as const;
  endpoint(
    app,
    { ...of('fork'), ...fork, body: ForkRun, answer: Started },
    async ({ params, body: { node, inputs, budget, ...defaults }, idempotency }) => ({
      run: await engine.forkRun({ runId: params.id, node, inputs, defaults, budget }, idempotency),
    }),
  );

  const reenact = {
    method: 'post',
    summary: 'Starts a run anew, every model answering as it did then.',
    status: 201,
  } as const;
  endpoint(
    app,
    { ...of('reenact'), ...reenact, body: ReenactRun, answer: Started },
    async ({ params, idempotency }) => ({
      run: await engine.reenactRun({ runId: params.id, provider: defaultProvider }, idempotency),
    }),
  );

  const replay = { method: 'get', summary: 'Folds a run from its events, up to one of them.' } as const;
  endpoint(app, { ...of('replay'), ...replay, query: ReplayQuery, answer: Replay }, ({ params, query }) =>
    engine.replay(params.id, query.to),
  );

  const diff = { method: 'get', summary: 'Names the first event in which two runs differ.' } as const;
  endpoint(app, { ...of('diff'), ...diff, query: DiffQuery, answer: RunDiff }, ({ params, query }) =>
    engine.diffRuns(params.id, query.with),
  );

  const change = {
    method: 'patch',
    summary: 'Pauses, resumes or cancels a run, or changes what it may spend.',
    body: RunChange,
  } as const;
  endpoint(app, { ...one, ...change }, async ({ params, body }) => {
    await engine.submit(commandOf(params.id, body));
    return rowOf(engine, 'runs', params.id);
  });
}
