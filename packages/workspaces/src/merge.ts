import { branchRef } from '@fusion-kit/domain/run';
import { FusionError } from '@fusion-kit/domain/errors';
import type { Integration } from '@fusion-kit/domain/ports/workspaces';
import { commitAt, isAncestor, writeCommit } from './bare-repository.ts';
import { git } from './git.ts';

const TRIES = 20;

/**
 * Merges `commit` onto a branch of the store: nothing to do when it is in already, forward when it can, else by a merge commit.
 * The branch moves only from where it was seen; when another landing moved it in between, this one looks again.
 */
export async function mergeOntoBranch(
  store: string,
  { branch, commit, message }: { branch: string; commit: string; message: string },
): Promise<Integration> {
  for (let attempt = 0; attempt < TRIES; attempt++) {
    const head = await commitAt(store, branchRef(branch));
    if (head === undefined) throw new FusionError('project_store_failed', `The store has no branch ${branch}`);
    if (await isAncestor(store, commit, head)) return { landed: true, commit: head };
    const target = (await isAncestor(store, head, commit)) ? commit : await mergeCommit(store, head, commit, message);
    if (typeof target !== 'string') return target;
    if (await moveRef(store, { ref: branchRef(branch), from: head, to: target }))
      return { landed: true, commit: target };
  }
  throw new FusionError('project_store_failed', `The branch ${branch} kept moving; ${commit} was not landed`, {
    retryAfterMs: 1_000,
  });
}

async function mergeCommit(
  store: string,
  ours: string,
  theirs: string,
  message: string,
): Promise<string | Integration> {
  const merge = await git(
    ['--git-dir', store, 'merge-tree', '--write-tree', '-z', '--name-only', '--no-messages', ours, theirs],
    { doing: `Merging ${theirs} onto ${ours}`, answers: [1] },
  );
  const [tree = '', ...files] = merge.stdout.split('\0').filter((field) => field !== '');
  if (merge.exitCode === 1) return { landed: false, conflict: { files: [...new Set(files)], ours, theirs } };
  return await writeCommit(store, { tree, parents: [ours, theirs], message });
}

/** Compare-and-set of a ref; false when it was elsewhere. `from` of undefined means that it must not exist. */
export async function moveRef(
  store: string,
  move: { ref: string; from: string | undefined; to: string },
): Promise<boolean> {
  const absent = '0'.repeat(move.to.length);
  const doing = `Moving ${move.ref}`;
  try {
    await git(['--git-dir', store, 'update-ref', move.ref, move.to, move.from ?? absent], { doing });
    return true;
  } catch (thrown) {
    if ((await commitAt(store, move.ref)) === move.from) throw thrown;
    return false;
  }
}
