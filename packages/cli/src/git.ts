import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { FusionError } from '@fusion-kit/domain/errors';

const execute = promisify(execFile);
const TIMEOUT_MS = 60_000;

/**
 * Runs git in a directory of the user's own and returns what it prints, trimmed.
 * @throws {FusionError} `workspace_failed` with git's own words
 */
export async function git(cwd: string, ...args: string[]): Promise<string> {
  try {
    const { stdout } = await execute('git', args, { cwd, timeout: TIMEOUT_MS, maxBuffer: 16_000_000 });
    return stdout.trim();
  } catch (error) {
    const { code, stderr } = error as NodeJS.ErrnoException & { stderr?: string };
    const missing = String(code) === 'ENOENT';
    throw new FusionError(
      'workspace_failed',
      missing ? 'git is not installed' : `git ${args[0]}: ${stderr?.trim() || String(error)}`,
      {
        cause: error,
        ...(missing && { remedy: 'Install git (Debian: apt-get install git).' }),
      },
    );
  }
}

/** The top of the working tree that holds `directory`; undefined outside of git. */
export const gitRoot = (directory: string): Promise<string | undefined> =>
  git(directory, 'rev-parse', '--show-toplevel').then(
    (path) => path || undefined,
    () => undefined,
  );
