import { mkdir, rename, rm, stat } from 'node:fs/promises';
import { randomUUID } from 'node:crypto';
import { dirname } from 'node:path';
import type { FileChange } from '@fusion-kit/domain/receipt';
import { COMMIT_ID, FUSION_KIT_IDENTITY, git } from './git.ts';

/** Makes the bare repository at `path` unless it is there. Nothing in it is ever pruned: clones borrow its objects. */
export async function ensureBareRepository(path: string, objectFormat: string): Promise<void> {
  if (await exists(path)) return;
  await mkdir(dirname(path), { recursive: true, mode: 0o700 });
  const doing = `Making the project store ${path}`;
  // Under another name first, so that a crash never leaves half a repository behind.
  const unfinished = `${path}.${randomUUID()}`;
  await git(['init', '--quiet', '--bare', '--template=', `--object-format=${objectFormat}`, unfinished], { doing });
  for (const [key, value] of [
    ['gc.auto', '0'],
    ['gc.pruneExpire', 'never'],
    ['maintenance.auto', 'false'],
  ] as const)
    await git(['--git-dir', unfinished, 'config', key, value], { doing });
  await rename(unfinished, path).catch(async (failed: unknown) => {
    await rm(unfinished, { recursive: true, force: true });
    if (!(await exists(path))) throw failed;
  });
}

export const exists = (path: string): Promise<boolean> =>
  stat(path).then(
    () => true,
    () => false,
  );

/** The commit that a ref or id names, or undefined. */
export async function commitAt(store: string, name: string): Promise<string | undefined> {
  const answer = await git(['--git-dir', store, 'rev-parse', '--verify', '--quiet', `${name}^{commit}`], {
    doing: `Reading ${name} in the project store`,
    answers: [1, 128],
  });
  return answer.exitCode === 0 && COMMIT_ID.test(answer.stdout) ? answer.stdout : undefined;
}

export async function isAncestor(store: string, ancestor: string, descendant: string): Promise<boolean> {
  const answer = await git(['--git-dir', store, 'merge-base', '--is-ancestor', ancestor, descendant], {
    doing: `Comparing ${ancestor} and ${descendant}`,
    answers: [1],
  });
  return answer.exitCode === 0;
}

/** The newest commit that both come from; undefined when there is none. */
export async function mergeBase(store: string, one: string, other: string): Promise<string | undefined> {
  const answer = await git(['--git-dir', store, 'merge-base', one, other], {
    doing: `Comparing ${one} and ${other}`,
    answers: [1],
  });
  return answer.exitCode === 0 && COMMIT_ID.test(answer.stdout) ? answer.stdout : undefined;
}

/** Whether some ref of the store keeps this commit. */
export async function isKept(store: string, commit: string): Promise<boolean> {
  if (!(await commitAt(store, commit))) return false;
  const { stdout } = await git(['--git-dir', store, 'for-each-ref', '--count=1', '--contains', commit], {
    doing: `Looking for refs that keep ${commit}`,
  });
  return stdout !== '';
}

/** The newest commit of those that refs below a name point to. */
export async function latestRef(store: string, below: string): Promise<string | undefined> {
  const { stdout } = await git(
    ['--git-dir', store, 'for-each-ref', '--count=1', '--sort=-committerdate', '--format=%(objectname)', below],
    { doing: `Looking for ${below}` },
  );
  return stdout || undefined;
}

const CHANGES: Record<string, FileChange['change']> = { A: 'added', D: 'deleted', R: 'renamed' };

/** The files that differ between two commits, by their paths of today. */
export async function changedFiles(store: string, base: string, commit: string): Promise<FileChange[]> {
  const { stdout } = await git(
    [
      '--git-dir',
      store,
      'diff-tree',
      '-r',
      '-z',
      '-M',
      '--no-ext-diff',
      '--no-textconv',
      '--name-status',
      base,
      commit,
    ],
    { doing: `Comparing ${base} and ${commit}` },
  );
  const fields = stdout.split('\0');
  const files: FileChange[] = [];
  for (let at = 0; at + 1 < fields.length;) {
    const status = fields[at++]?.[0] ?? 'M';
    const from = status === 'R' ? fields[at++] : undefined;
    files.push({
      path: fields[at++] ?? '',
      change: CHANGES[status] ?? 'modified',
      ...(from !== undefined && { from }),
    });
  }
  return files.toSorted((one, other) => (one.path < other.path ? -1 : 1));
}

/** Writes a commit object by fusion-kit's hand and returns its id. */
export async function writeCommit(
  store: string,
  { tree, parents, message, author }: { tree: string; parents: readonly string[]; message: string; author?: string },
): Promise<string> {
  const { stdout } = await git(
    ['--git-dir', store, 'commit-tree', tree, ...parents.flatMap((parent) => ['-p', parent]), '-m', message],
    { doing: 'Writing a commit', env: { ...FUSION_KIT_IDENTITY, ...(author && authorEnvironment(author)) } },
  );
  return stdout;
}

/** An agent as the author of a commit. */
export const authorEnvironment = (author: string): Record<string, string> => ({
  GIT_AUTHOR_NAME: author.replaceAll(/[<>\n\r\0]/g, ' ').trim() || 'agent',
  GIT_AUTHOR_EMAIL: 'agent@fusion-kit.invalid',
});
