import { FusionError } from '@fusion-kit/domain/errors';
import { branchRef } from '@fusion-kit/domain/run';
import { git } from './git.ts';

/** What has to be known of the user's repository before anything is fetched from it. */
export interface UserRepository {
  objectFormat: string;
}

/**
 * Looks at the user's repository without writing to it.
 *
 * @throws {FusionError} `project_store_failed` when it is none, has no commit, or `path` lies deeper in it
 */
export async function inspectUserRepository(path: string): Promise<UserRepository> {
  const doing = `Reading the repository ${path}`;
  const { stdout } = await git(['-C', path, 'rev-parse', '--show-object-format', '--show-prefix'], { doing });
  const [objectFormat = 'sha1', prefix = ''] = stdout.split('\n');
  if (prefix !== '')
    throw new FusionError('project_store_failed', `${path} is not the top of its repository`, {
      remedy: `Make the repository itself the project: ${path.slice(0, -prefix.length)}`,
    });
  const head = await git(['-C', path, 'rev-parse', '--verify', '--quiet', 'HEAD^{commit}'], { doing, answers: [1] });
  if (head.exitCode === 1)
    throw new FusionError('project_store_failed', `The repository ${path} has no commit yet; make one first`, {
      remedy: 'Commit something, if only a README, and start again.',
    });
  return { objectFormat };
}

/** Where a branch stands in the user's repository, if it is there; refuses one that is checked out, since its files would then lie. */
async function userBranch(path: string, branch: string): Promise<string | undefined> {
  const format = '%(refname)%00%(objectname)%00%(worktreepath)';
  const { stdout } = await git(['-C', path, 'for-each-ref', `--format=${format}`, branchRef(branch)], {
    doing: `Reading the branches of ${path}`,
  });
  for (const line of stdout.split('\n')) {
    const [name, commit, checkedOutAt] = line.split('\0');
    if (name !== branchRef(branch)) continue;
    if (checkedOutAt)
      throw new FusionError('project_store_failed', `The branch ${branch} is checked out in ${checkedOutAt}`, {
        remedy: `Switch ${checkedOutAt} to another branch; fusion-kit never changes files that are checked out.`,
      });
    return commit;
  }
  return undefined;
}

/**
 * Throws unless the branch can be brought forward; asked before anything lands, so that a refusal leaves nothing half done.
 *
 * @throws {FusionError} `project_store_failed` when the branch is checked out, or holds commits that the store's does not
 */
export async function requireWritableBranch(store: string, path: string, branch: string): Promise<void> {
  const present = await userBranch(path, branch);
  if (present === undefined || (await includes(store, branchRef(branch), present))) return;
  throw new FusionError(
    'project_store_failed',
    `The branch ${branch} in ${path} holds commits that fusion-kit did not make`,
    {
      remedy: `Move them to a branch of your own: git branch keep-mine ${branch} && git branch -D ${branch}`,
    },
  );
}

/** The far side of a push: it runs none of the user's hooks and keeps its hands off everything but the branch and its objects. */
const RECEIVE_PACK = [
  'git',
  '-c core.hooksPath=/dev/null',
  '-c core.logAllRefUpdates=false',
  // Git has no way to switch this command off, only to name one that says nothing.
  '-c core.alternateRefsCommand=true',
  '-c receive.autogc=false',
  '-c receive.updateServerInfo=false',
  '-c receive.denyCurrentBranch=refuse',
  '-c gc.auto=0',
  "-c safe.directory='*'",
  'receive-pack',
].join(' ');

const PUSH = [
  'push',
  '--quiet',
  '--no-verify',
  '--no-signed',
  '--no-follow-tags',
  '--recurse-submodules=no',
  `--receive-pack=${RECEIVE_PACK}`,
];

const PUBLISH_TRIES = 5;

/**
 * Brings a branch of the user's repository forward to `commit` of the store, and never backward.
 *
 * A push and not a fetch: so git runs under the store's configuration, and the user's repository is only the served side.
 *
 * @throws {FusionError} `project_store_failed` when the branch is checked out or holds commits that the store's does not
 */
export async function publishBranch(store: string, path: string, branch: string, commit: string): Promise<void> {
  for (let attempt = 1; ; attempt++) {
    const present = await userBranch(path, branch);
    if (present === commit) return;
    if (present !== undefined && (await includes(store, present, commit))) return;
    try {
      await git(['--git-dir', store, ...PUSH, '--', path, `${commit}:${branchRef(branch)}`], {
        doing: `Writing the branch ${branch} to ${path}`,
      });
      return;
    } catch (thrown) {
      // Another landing may have brought the branch further in between; then there is nothing left to do.
      if (attempt === PUBLISH_TRIES) throw thrown;
    }
  }
}

/** Whether `tip` includes `commit`; a tip that the store does not know includes nothing of it. */
async function includes(store: string, tip: string, commit: string): Promise<boolean> {
  const answer = await git(['--git-dir', store, 'merge-base', '--is-ancestor', commit, tip], {
    doing: 'Comparing branches',
    answers: [1, 128],
  });
  return answer.exitCode === 0;
}
