import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { FusionError } from '@fusion-kit/domain/errors';
import type { World } from './call.ts';

/** The text of a workflow file. @throws {FusionError} `file_unreadable` */
export async function readWorkflowFile(world: World, file: string): Promise<string> {
  try {
    return await readFile(resolve(world.cwd, file), 'utf8');
  } catch (cause) {
    const code = (cause as NodeJS.ErrnoException).code;
    const why =
      code === 'ENOENT' ? 'there is no such file' : code === 'EISDIR' ? 'it is a directory' : (cause as Error).message;
    throw new FusionError('file_unreadable', `cannot read ${file}: ${why}`, { cause });
  }
}
