import { constants } from 'node:fs';
import { access, realpath, stat } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { FusionError } from '@fusion-kit/domain/errors';

/** Longest name of a project; that of a directory may be longer. */
const NAME_MAX = 100;
/** The first half of a character that the cut went through. */
const HALF_A_PAIR = /[\uD800-\uDBFF]$/;

/** What a path turns out to be: an absolute, real directory, with or without git. @throws {FusionError} `project_path_invalid` */
export async function inspectProject(path: string): Promise<{ path: string; kind: 'git' | 'directory'; name: string }> {
  try {
    const real = await realpath(path);
    const name = basename(real).slice(0, NAME_MAX).replace(HALF_A_PAIR, '');
    if (!name) throw new FusionError('project_path_invalid', `${path} is the whole file system`);
    if (!(await stat(real)).isDirectory()) throw new FusionError('project_path_invalid', `${path} is not a directory`);
    await access(real, constants.R_OK | constants.W_OK | constants.X_OK);
    return { path: real, kind: (await exists(join(real, '.git'))) ? 'git' : 'directory', name };
  } catch (thrown) {
    if (thrown instanceof FusionError) throw thrown;
    throw new FusionError(
      'project_path_invalid',
      `${path} cannot be used: ${thrown instanceof Error ? thrown.message : String(thrown)}`,
      { cause: thrown },
    );
  }
}

const exists = (path: string): Promise<boolean> =>
  stat(path).then(
    () => true,
    () => false,
  );
