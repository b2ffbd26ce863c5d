import type { OpenAPIHono } from '@hono/zod-openapi';
import { NewProject, page, ProjectChange, ProjectQuery } from '@fusion-kit/domain/api';
import { ProjectId } from '@fusion-kit/domain/ids';
import { Project } from '@fusion-kit/domain/project';
import { endpoint, idParams } from '../endpoint.ts';
import type { ServerOptions } from '../options.ts';
import { pageOf, rowOf } from '../rows.ts';

export function projectRoutes(app: OpenAPIHono, { engine }: ServerOptions): void {
  const list = { method: 'get', path: '/projects', summary: 'Lists the projects.' } as const;
  endpoint(app, { ...list, query: ProjectQuery, answer: page(Project) }, ({ query }) =>
    pageOf(engine, { table: 'projects', filter: { state: 'active' } }, query),
  );

  const create = { method: 'post', path: '/projects', summary: 'Makes a project of a directory.' } as const;
  endpoint(app, { ...create, body: NewProject, answer: Project, status: 201 }, ({ body, idempotency }) =>
    engine.createProject(body, idempotency),
  );

  const one = { path: '/projects/{id}', params: idParams(ProjectId), answer: Project } as const;
  endpoint(app, { ...one, method: 'get', summary: 'Shows a project.' }, ({ params }) =>
    rowOf(engine, 'projects', params.id),
  );

  const change = { method: 'patch', summary: 'Changes what a project may spend.', body: ProjectChange } as const;
  endpoint(app, { ...one, ...change }, async ({ params, body: { budget } }) => {
    await engine.submit({ type: 'project.budget', projectId: params.id, budget });
    return rowOf(engine, 'projects', params.id);
  });

  const remove = { method: 'delete', summary: 'Forgets a project; its directory stays as it is.' } as const;
  endpoint(app, { ...one, ...remove }, async ({ params }) => {
    await engine.submit({ type: 'project.delete', projectId: params.id });
    return rowOf(engine, 'projects', params.id);
  });
}
