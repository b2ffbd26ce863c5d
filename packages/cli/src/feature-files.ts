import { readFile, realpath, stat } from 'node:fs/promises';
import { basename, dirname, join, relative, resolve, sep } from 'node:path';
import type { NewWorkflow } from '@fusion-kit/domain/api';
import type { World } from './call.ts';

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
  const inProject = relative(await realpath(directory), path);
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

/** The beginning of a document, when there is one. */
async function textOf(path: string): Promise<string | undefined> {
  const found = await stat(path).catch(() => undefined);
  if (!found?.isFile() || found.size > 4 * DOCUMENT_MAX) return undefined;
  return (await readFile(path, 'utf8')).slice(0, DOCUMENT_MAX);
}
