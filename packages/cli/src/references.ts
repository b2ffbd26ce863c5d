import { realpath } from 'node:fs/promises';
import { resolve } from 'node:path';
import { page } from '@fusion-kit/domain/api';
import { Agent } from '@fusion-kit/domain/agent';
import { type ErrorCode, FusionError } from '@fusion-kit/domain/errors';
import { didYouMean } from '@fusion-kit/domain/nearest';
import { Project } from '@fusion-kit/domain/project';
import { Workflow } from '@fusion-kit/domain/workflow';
import type * as z from 'zod';
import type { World } from './call.ts';
import { gitRoot } from './git.ts';
import type { Client } from './server/client.ts';

const PAGE = 500;

/** Every row of a list, page by page. */
export async function everyRow<Shape extends z.ZodType>(
  client: Client,
  path: string,
  shape: Shape,
  query: Record<string, string | undefined> = {},
): Promise<z.infer<Shape>[]> {
  const rows: z.infer<Shape>[] = [];
  let cursor: string | undefined;
  do {
    const { items, next } = await client.get(path, page(shape), { query: { ...query, limit: PAGE, cursor } });
    rows.push(...items);
    cursor = next ?? undefined;
  } while (cursor !== undefined);
  return rows;
}

/** The one row of that name. Pure. */
function theOne<Row extends { id: string; name: string }>(
  rows: readonly Row[],
  name: string,
  code: ErrorCode,
  noun: string,
): Row {
  const named = rows.filter((row) => row.name === name);
  if (named.length === 1) return named[0]!;
  if (named.length > 1) {
    const ids = named.map((row) => row.id).join(', ');
    throw new FusionError('usage', `several ${noun}s are called ${name}: ${ids}`, { remedy: 'Name one by its id.' });
  }
  throw new FusionError(
    code,
    `no ${noun} ${name}${didYouMean(
      name,
      rows.map((row) => row.name),
    )}`,
  );
}

/** The agent of that id, or the living one of that name. @throws {FusionError} `agent_unknown`, `usage` when several have the name */
export async function agentOf(client: Client, reference: string): Promise<Agent> {
  if (reference.startsWith('agt_')) return client.get(`/agents/${encodeURIComponent(reference)}`, Agent);
  const living = (await everyRow(client, '/agents', Agent)).filter((agent) => agent.state !== 'terminated');
  return theOne(living, reference, 'agent_unknown', 'agent');
}

/** The workflow of that id or name. @throws {FusionError} `workflow_unknown`, `usage` when several have the name */
export async function workflowOf(client: Client, reference: string): Promise<Workflow> {
  if (reference.startsWith('wfl_')) return client.get(`/workflows/${encodeURIComponent(reference)}`, Workflow);
  return theOne(await everyRow(client, '/workflows', Workflow), reference, 'workflow_unknown', 'workflow');
}

/** The project of that id, name or directory. @throws {FusionError} `project_unknown` */
export async function projectOf(client: Client, world: World, reference: string): Promise<Project> {
  if (reference.startsWith('prj_')) return client.get(`/projects/${encodeURIComponent(reference)}`, Project);
  const active = await activeProjects(client);
  const path = await realpath(resolve(world.cwd, reference)).catch(() => undefined);
  return active.find((project) => project.path === path) ?? theOne(active, reference, 'project_unknown', 'project');
}

/** The project named, else that of the git repository one is in. @throws {FusionError} `project_unknown` */
export async function projectHere(client: Client, world: World, reference: string | undefined): Promise<Project> {
  if (reference !== undefined) return projectOf(client, world, reference);
  const root = await directoryHere(world);
  const found = (await activeProjects(client)).find((project) => project.path === root);
  if (found) return found;
  throw new FusionError('project_unknown', `${root} is not a project yet`, {
    remedy: 'Make it one with `fusion-kit project create`, or name another with --project.',
  });
}

/** The project of a directory, made when there is none yet. */
export async function projectAt(client: Client, directory: string): Promise<{ project: Project; created: boolean }> {
  const path = await realpath(directory).catch((cause: unknown) => {
    throw new FusionError('project_path_invalid', `there is no directory ${directory}`, { cause });
  });
  const known = (await activeProjects(client)).find((project) => project.path === path);
  if (known) return { project: known, created: false };
  return { project: await client.post('/projects', Project, { path }), created: true };
}

/** The top of the git repository one is in, else the directory itself. */
export const directoryHere = async (world: Pick<World, 'cwd'>): Promise<string> =>
  realpath((await gitRoot(world.cwd)) ?? world.cwd);

const activeProjects = async (client: Client): Promise<Project[]> =>
  (await everyRow(client, '/projects', Project)).filter((project) => project.state === 'active');
