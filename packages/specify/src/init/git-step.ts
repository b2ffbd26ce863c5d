import { execFile } from 'node:child_process';
import { Failure } from '../failure.ts';
import type { World } from '../world.ts';

export const COMMIT_MESSAGE = 'Initial commit from Specify template';

export type GitOutcome =
  | { state: 'existing' | 'created' | 'absent' }
  | { state: 'failed'; command: string; exitCode: number; stderr: string };

/** Gives a project a repository with one commit, unless it lies in one already. Git's own settings decide the rest. */
export async function gitStep(target: string, hasGit: boolean, world: World): Promise<GitOutcome> {
  if (!hasGit) return { state: 'absent' };
  const inside = await git(['rev-parse', '--is-inside-work-tree'], target, world);
  if (inside.exitCode === 0) return { state: 'existing' };
  for (const args of [['init'], ['add', '.'], ['commit', '-m', COMMIT_MESSAGE]]) {
    const { exitCode, stderr } = await git(args, target, world);
    if (exitCode !== 0) return { state: 'failed', command: shown(args), exitCode, stderr: stderr.trim() };
  }
  return { state: 'created' };
}

const shown = (args: readonly string[]) =>
  ['git', ...args].map((arg) => (arg.includes(' ') ? `"${arg}"` : arg)).join(' ');

function git(
  args: readonly string[],
  cwd: string,
  { env, signal }: World,
): Promise<{ exitCode: number; stderr: string }> {
  return new Promise((resolve, reject) => {
    const child = execFile('git', args, { cwd, env, signal, maxBuffer: 16 * 1024 * 1024 }, (error, _stdout, stderr) => {
      if (signal.aborted) reject(new Failure('aborted', 'Aborted'));
      else if (error && typeof error.code !== 'number') resolve({ exitCode: 1, stderr: stderr || error.message });
      else resolve({ exitCode: Number(error?.code ?? 0), stderr });
    });
    child.stdin?.end();
  });
}
