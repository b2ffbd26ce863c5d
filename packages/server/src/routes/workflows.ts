import type { OpenAPIHono } from '@hono/zod-openapi';
import {
  NewWorkflow,
  page,
  Started,
  StartRun,
  WorkflowCheck,
  WorkflowDiffQuery,
  WorkflowQuery,
  WorkflowVersionQuery,
  WorkflowView,
} from '@fusion-kit/domain/api';
import { WorkflowId } from '@fusion-kit/domain/ids';
import { Workflow } from '@fusion-kit/domain/workflow';
import { diffWorkflows, WorkflowDiff } from '@fusion-kit/domain/workflow-diff';
import { checkOf, type WorkflowSource } from '@fusion-kit/domain/workflow-source';
import { endpoint, idParams } from '../endpoint.ts';
import type { ServerOptions } from '../options.ts';
import { pageOf, rowOf } from '../rows.ts';

const sourceOf = ({ source, file, context }: Pick<NewWorkflow, 'source' | 'file' | 'context'>): WorkflowSource => ({
  text: source,
  file,
  context,
});

export function workflowRoutes(app: OpenAPIHono, { engine, workflows }: ServerOptions): void {
  const list = { method: 'get', path: '/workflows', summary: 'Lists workflows.' } as const;
  endpoint(app, { ...list, query: WorkflowQuery, answer: page(Workflow) }, ({ query }) =>
    pageOf(engine, { table: 'workflows', filter: { projectId: query.project } }, query),
  );

  const save = { method: 'post', path: '/workflows', summary: 'Saves a workflow file as a new version.' } as const;
  endpoint(app, { ...save, body: NewWorkflow, answer: Workflow, status: 201 }, async ({ body, idempotency }) => {
    const definition = await workflows.read(sourceOf(body));
    return engine.saveWorkflow({ project: body.project, definition, author: body.author }, idempotency);
  });

  const check = {
    method: 'post',
    path: '/workflows/validate',
    summary: 'Checks a workflow file without saving it.',
  } as const;
  const source = NewWorkflow.pick({ source: true, file: true, context: true });
  endpoint(app, { ...check, body: source, answer: WorkflowCheck }, ({ body }) => workflows.check(sourceOf(body)));

  const one = { path: '/workflows/{id}', params: idParams(WorkflowId) } as const;
  const show = { method: 'get', summary: 'Shows a workflow with its definition.', answer: WorkflowView } as const;
  endpoint(app, { ...one, ...show, query: WorkflowVersionQuery }, async ({ params, query }) => {
    const workflow = await rowOf(engine, 'workflows', params.id);
    return { ...workflow, definition: await engine.definitionOf(params.id, query.version) };
  });

  const diff = {
    method: 'get',
    path: '/workflows/{id}/diff',
    summary: 'Says what changed between two versions of a workflow.',
  } as const;
  const diffShape = { ...diff, params: one.params, query: WorkflowDiffQuery, answer: WorkflowDiff } as const;
  endpoint(app, diffShape, async ({ params, query }) =>
    diffWorkflows(await engine.definitionOf(params.id, query.from), await engine.definitionOf(params.id, query.to)),
  );

  const archive = { method: 'delete', summary: 'Archives a workflow.', answer: Workflow } as const;
  endpoint(app, { ...one, ...archive }, async ({ params }) => {
    await engine.submit({ type: 'workflow.archive', workflowId: params.id });
    return rowOf(engine, 'workflows', params.id);
  });

  const start = { method: 'post', path: '/workflows/{id}/start', summary: 'Starts a run of a workflow.' } as const;
  const startShape = { ...start, params: one.params, body: StartRun, answer: Started, status: 201 } as const;
  endpoint(app, startShape, async ({ params, body, idempotency }) => {
    const { inputs, timeoutMs, ...defaults } = body;
    return { run: await engine.startRun({ workflowId: params.id, inputs, defaults, timeoutMs }, idempotency) };
  });

  const recheck = { method: 'post', path: '/workflows/{id}/validate', summary: 'Checks a saved workflow.' } as const;
  endpoint(app, { ...recheck, params: one.params, answer: WorkflowCheck }, async ({ params }) =>
    checkOf(await engine.definitionOf(params.id)),
  );
}
