import { readFile } from 'node:fs/promises';
import { basename, resolve } from 'node:path';
import { FusionError } from '@fusion-kit/domain/errors';
import type { World } from './call.ts';

/** The text of a workflow file. @throws {FusionError} `file_unreadable` */
export async function readWorkflowFile(world: World, file: string): Promise<string> {
  const bytes = await readFile(resolve(world.cwd, file)).catch((cause: unknown) => {
    throw unreadable(file, cause);
  });
  if (isUtf16(bytes))
    throw new FusionError('file_unreadable', `${file} is written in UTF-16`, {
      remedy: `Save it as UTF-8, for instance with \`iconv -f UTF-16 -t UTF-8 ${basename(file)} > ${basename(file)}.utf8\`.`,
    });
  const source = bytes.toString('utf8');
  if (source.trim() === '')
    throw new FusionError('file_unreadable', `${file} is empty`, { remedy: 'Write it first, or name another file.' });
  return source;
}

function unreadable(file: string, cause: unknown): FusionError {
  const { code, message } = cause as NodeJS.ErrnoException;
  const why = code === 'ENOENT' ? 'there is no such file' : code === 'EISDIR' ? 'it is a directory' : message;
  return new FusionError('file_unreadable', `cannot read ${file}: ${why}`, { cause });
}

/** By its byte order mark, else because every other byte of the beginning is 0. */
function isUtf16(bytes: Buffer): boolean {
  const mark = bytes.subarray(0, 2).toString('hex');
  const start = bytes.subarray(0, 64);
  const zeros = start.filter((byte) => byte === 0).length;
  return mark === 'fffe' || mark === 'feff' || (start.length > 3 && zeros * 2 >= start.length - 1);
}
