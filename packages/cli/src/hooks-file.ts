import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { FusionError } from '@fusion-kit/domain/errors';
import { type Document, isMap, isSeq, parseDocument } from 'yaml';

/** Where agents look for what to do before and after a `/speckit` command, relative to the project. */
export const HOOKS_FILE = join('.specify', 'extensions.yml');

const EXTENSION = 'fusion-kit';
const AFTER_TASKS = ['hooks', 'after_tasks'];

/** What an agent reads when it has written a tasks.md. */
const OFFER = {
  extension: EXTENSION,
  command: 'fusion-kit run',
  description: 'A team of agents works on the tasks, each in a workspace of its own',
  prompt: 'Offer the user to let a team of agents carry out the tasks with `fusion-kit run`.',
  enabled: true,
  optional: true,
};

/**
 * Enables fusion-kit for a project: its agent offers `fusion-kit run` when it has written the tasks. Whatever else stands in the file stays,
 * comments included; a hook that is there already, also one that was disabled, is left as it is.
 *
 * @returns whether the file was changed
 * @throws {FusionError} `file_unreadable` when the file is none that agents could read
 */
export async function offerRun(project: string): Promise<boolean> {
  const path = join(project, HOOKS_FILE);
  const before = await textOf(path);
  const document = parseDocument(before);
  if (document.errors.length > 0) throw unreadable(path, document.errors[0]!.message.split('\n')[0]!);
  if (document.contents !== null && !isMap(document.contents)) throw unreadable(path, 'it is not a map');
  if (offersAlready(document, path)) return false;
  if (document.get('hooks') == null) document.set('hooks', document.createNode({}));
  if (document.getIn(AFTER_TASKS) == null) document.setIn(AFTER_TASKS, document.createNode([OFFER]));
  else document.addIn(AFTER_TASKS, document.createNode(OFFER));
  await mkdir(dirname(path), { recursive: true });
  await writeFile(path, document.toString({ lineWidth: 0 }));
  return true;
}

function offersAlready(document: Document, path: string): boolean {
  const hooks = document.get('hooks');
  if (hooks != null && !isMap(hooks)) throw unreadable(path, '`hooks` is not a map');
  const entries = document.getIn(AFTER_TASKS);
  if (entries == null) return false;
  if (!isSeq(entries)) throw unreadable(path, '`hooks.after_tasks` is not a list');
  return entries.items.some((entry) => isMap(entry) && entry.get('extension') === EXTENSION);
}

async function textOf(path: string): Promise<string> {
  try {
    return await readFile(path, 'utf8');
  } catch (thrown) {
    if ((thrown as NodeJS.ErrnoException).code === 'ENOENT') return '';
    throw new FusionError('file_unreadable', `${path} cannot be read`, { cause: thrown });
  }
}

const unreadable = (path: string, why: string) =>
  new FusionError('file_unreadable', `${path}: ${why}`, { remedy: 'Correct the file, or move it away.' });
