import { readFile, realpath, stat } from 'node:fs/promises';
import { basename, dirname, join, relative, resolve, sep } from 'node:path';
import type { NewWorkflow } from '@fusion-kit/domain/api';
import { FusionError } from '@fusion-kit/domain/errors';
import type { World } from './call.ts';
import { git, gitRoot } from './git.ts';
import { directoryHere } from './references.ts';

/** Characters of a document beside a task list that are sent with it. */
const DOCUMENT_MAX = 200_000;

/** What a person says of the project's own commands. */
export interface Commands {
  setup: readonly string[];
  check: readonly string[];
}

/** A workflow file as the server is told of it: its path from the top of the project, and what lies beside a task list. */
export async function describeFile(
  world: World,
  file: string,
  directory: string,
  commands: Commands,
): Promise<Pick<NewWorkflow, 'file' | 'context'>> {
  const path = await realpath(resolve(world.cwd, file));
  const inProject = await pathIn(world, file, directory);
  const named = inProject.startsWith('..') ? basename(path) : inProject.split(sep).join('/');
  const beside = async (name: string) => (path.endsWith('.md') ? textOf(join(dirname(path), name)) : undefined);
  const [spec, plan] = await Promise.all([beside('spec.md'), beside('plan.md')]);
  const context = {
    ...(spec !== undefined && { spec }),
    ...(plan !== undefined && { plan }),
    ...(commands.setup.length > 0 && { setup: [...commands.setup] }),
    ...(commands.check.length > 0 && { check: [...commands.check] }),
  };
  return { file: named, ...(Object.keys(context).length > 0 && { context }) };
}

/**
 * Where a file is run when nobody names a project: a task list belongs to the repository that it lies in, any other file is run where one stands.
 */
export async function directoryOf(world: Pick<World, 'cwd'>, file: string): Promise<string> {
  const own = file.endsWith('.md') ? await gitRoot(dirname(resolve(world.cwd, file))) : undefined;
  return own === undefined ? directoryHere(world) : realpath(own);
}

/**
 * A task list is ticked in the project, and agents look at what lies beside it.
 * @throws {FusionError} `file_unreadable` when a task list lies elsewhere
 */
export async function requireInside(world: Pick<World, 'cwd'>, file: string, directory: string): Promise<void> {
  if (!file.endsWith('.md') || !(await pathIn(world, file, directory)).startsWith('..')) return;
  throw new FusionError('file_unreadable', `${file} lies outside of the project ${directory}`, {
    remedy: 'Put the task list into the project and commit it, or name the project that it lies in with --project.',
  });
}

const pathIn = async (world: Pick<World, 'cwd'>, file: string, directory: string): Promise<string> =>
  relative(await realpath(directory), await realpath(resolve(world.cwd, file)));

/** Whether agents, who start from the last commit, see that file of a repository. */
export const isCommitted = (directory: string, file: string): Promise<boolean> =>
  git(directory, 'cat-file', '-e', `HEAD:./${file}`).then(
    () => true,
    () => false,
  );

/** The beginning of a document, when there is one. */
async function textOf(path: string): Promise<string | undefined> {
  const found = await stat(path).catch(() => undefined);
  if (!found?.isFile() || found.size > 4 * DOCUMENT_MAX) return undefined;
  return (await readFile(path, 'utf8')).slice(0, DOCUMENT_MAX);
}
