import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { FusionError, type ErrorCode } from '@fusion-kit/domain/errors';

/** Whether a backup of this name is one file, packed by tar, and not a directory. Pure. */
export const isPacked = (name: string): boolean => /\.(tar|tar\.gz|tgz)$/.test(name);

const isZipped = (name: string): boolean => name.endsWith('gz');

async function tar(args: readonly string[], code: ErrorCode, doing: string): Promise<void> {
  // A file of macOS would get a second one beside it with what only macOS knows.
  const env = { PATH: process.env['PATH'] ?? '/usr/bin:/bin', LC_ALL: 'C', COPYFILE_DISABLE: '1' };
  await promisify(execFile)('tar', args, { env }).catch((cause: Error & { code?: unknown; stderr?: string }) => {
    if (cause.code === 'ENOENT')
      throw new FusionError(code, `${doing} takes the program tar`, {
        cause,
        remedy: 'Install tar, or name a directory.',
      });
    const [why = cause.message] = (cause.stderr ?? '').trim().split('\n');
    throw new FusionError(code, `${doing}: ${why}`, { cause });
  });
}

/** Packs a directory into a new file. */
export const pack = (directory: string, file: string, name: string): Promise<void> =>
  tar([isZipped(name) ? '-czf' : '-cf', file, '-C', directory, '.'], 'data_directory_unusable', `packing ${name}`);

/** Unpacks into an empty directory. @throws {FusionError} `backup_invalid` when it is cut off or no such file */
export const unpack = (file: string, directory: string): Promise<void> =>
  tar(['-xf', file, '-C', directory], 'backup_invalid', `unpacking ${file}`);
