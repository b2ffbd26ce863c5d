import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { FusionError } from '@fusion-kit/domain/errors';
import type { World } from './call.ts';

/** The text of a workflow file. @throws {FusionError} `file_unreadable` */
export async function readWorkflowFile(world: World, file: string): Promise<string> {
  const source = await readFile(resolve(world.cwd, file), 'utf8').catch((cause: unknown) => {
    throw unreadable(file, cause);
  });
  if (source.trim() === '')
    throw new FusionError('file_unreadable', `${file} is empty`, { remedy: 'Write it first, or name another file.' });
  return source;
}

function unreadable(file: string, cause: unknown): FusionError {
  const { code, message } = cause as NodeJS.ErrnoException;
  const why = code === 'ENOENT' ? 'there is no such file' : code === 'EISDIR' ? 'it is a directory' : message;
  return new FusionError('file_unreadable', `cannot read ${file}: ${why}`, { cause });
}
