import { FusionError } from '@fusion-kit/domain/errors';
import { execa } from 'execa';
import { gitEnvironment } from './git.ts';

const CHECK_TIMEOUT_MS = 600_000;

/** Runs git on a repository that may be damaged: what it says then is the answer. */
const look = (store: string, args: readonly string[], input?: string) =>
  execa('git', ['--git-dir', store, ...args], {
    env: { PATH: process.env['PATH'] ?? '/usr/local/bin:/usr/bin:/bin', ...gitEnvironment() },
    extendEnv: false,
    cwd: '/',
    ...(input === undefined ? { stdin: 'ignore' } : { input }),
    timeout: CHECK_TIMEOUT_MS,
    all: true,
    reject: false,
  });

/** Those of the commits that a repository does not have. @throws {FusionError} `project_store_failed` when it is none */
export async function missingCommits(store: string, commits: readonly string[]): Promise<string[]> {
  if (commits.length === 0) return [];
  const asked = commits.map((commit) => `${commit}^{commit}\n`).join('');
  const { exitCode, stdout, all } = await look(store, ['cat-file', '--batch-check=%(objecttype)'], asked);
  if (exitCode !== 0) throw new FusionError('project_store_failed', `Looking for commits in ${store}: ${all}`);
  const types = stdout.split('\n');
  return commits.filter((_commit, at) => types[at] !== 'commit');
}

/** What git finds wrong with a repository: objects that are damaged, or missing where others or refs need them. Empty when it is sound. */
export async function storeProblems(store: string): Promise<string[]> {
  const { exitCode, all, shortMessage } = await look(store, ['fsck', '--full', '--no-progress', '--no-dangling']);
  if (exitCode === 0) return [];
  const said = (all || (shortMessage ?? '')).split('\n').filter((line) => line !== '');
  return said.length > 0 ? said : [`git fsck ended with ${exitCode}`];
}
