import { rm, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { FusionError } from '@fusion-kit/domain/errors';
import type { ProjectId } from '@fusion-kit/domain/ids';
import type { ProjectStore, WorkspaceProject } from '@fusion-kit/domain/ports/workspaces';
import type { CommandLine } from '@fusion-kit/domain/ports/sandbox';
import { branchRef } from '@fusion-kit/domain/run';
import { commitAt, ensureBareRepository } from './bare-repository.ts';
import { git } from './git.ts';
import { mergeOntoBranch, moveRef } from './merge.ts';
import { serial } from './serial.ts';
import { inspectUserRepository, publishBranch, requireWritableBranch } from './user-repository.ts';

/** Where the user's HEAD stood at the last refresh. */
export const USER_HEAD_REF = 'refs/fusion/user/HEAD';

/** The only names that fusion-kit ever writes in the user's repository. */
const RUN_BRANCH = /^fusion\/\w[\w.-]*(\/\w[\w.-]*)*$/;

/** The project store with what workspaces need of it: its place on disk, and the way in for an agent's commits. */
export interface GitProjectStore extends ProjectStore {
  /** Absolute path of the project's bare repository. */
  path(projectId: ProjectId): string;
  /**
   * Fetches refs from an agent's repository whose side of the conversation is `uploadPack`, a command line inside the agent's cage.
   * Host git is not told where that repository lies.
   * @throws {FusionError} `workspace_failed`
   */
  collect(projectId: ProjectId, from: { uploadPack: CommandLine; refspecs: readonly string[] }): Promise<void>;
}

const quoted = (text: string): string => `'${text.replaceAll("'", String.raw`'\''`)}'`;

/** A command line as shell text with an environment of its own; what is appended to it is ignored by the script inside. */
const asShellText = (line: CommandLine): string =>
  [
    '/usr/bin/env',
    '-i',
    ...Object.entries(line.env).map(([name, value]) => `${name}=${value}`),
    line.command,
    ...line.args,
  ]
    .map(quoted)
    .join(' ');

/** Stands where git wants a path to fetch from. It is none, so that git cannot open it: everything goes through `uploadPack`. */
const NO_REPOSITORY = '/dev/null/agent';

const COLLECTED_BYTES_MAX = 2 * 1024 ** 3;

const FETCH = [
  'fetch',
  '--quiet',
  '--no-tags',
  '--no-write-fetch-head',
  '--no-auto-maintenance',
  '--no-recurse-submodules',
];

/** From the user's repository: whatever moved there, also backward, and as far as a shallow one goes. */
const FETCH_ALL = ['--force', '--prune', '--update-shallow', `--upload-pack=git -c safe.directory='*' upload-pack`];
const USER_REFS = [`+HEAD:${USER_HEAD_REF}`, '+refs/heads/*:refs/fusion/user/heads/*', '+refs/tags/*:refs/tags/*'];

function requireRunBranch(branch: string): void {
  if (!RUN_BRANCH.test(branch))
    throw new FusionError(
      'project_store_failed',
      `${branch} is not a branch that fusion-kit may write; it must be below fusion/`,
    );
}

async function requireCommit(store: string, commit: string): Promise<void> {
  if (!(await commitAt(store, commit)))
    throw new FusionError('project_store_failed', `The project store has no commit ${commit}`);
}

/**
 * Keeps one bare repository per project at `<root>/stores/<project>.git`. Integration happens there; the user's repository receives
 * branches named `fusion/…` and nothing else.
 *
 * @param root absolute directory that belongs to fusion-kit
 * @param collectedBytesMax the largest pack, and the largest object, that is accepted from an agent; 2 GiB unless said otherwise
 */
export function gitProjectStore({
  root,
  collectedBytesMax = COLLECTED_BYTES_MAX,
}: {
  root: string;
  collectedBytesMax?: number;
}): GitProjectStore {
  const oneByOne = serial();
  const pathOf = (projectId: ProjectId): string => join(root, 'stores', `${projectId}.git`);

  async function refresh(project: WorkspaceProject): Promise<{ head: string }> {
    const { objectFormat } = await inspectUserRepository(project.path);
    const store = pathOf(project.id);
    await ensureBareRepository(store, objectFormat);
    await git(['--git-dir', store, ...FETCH, ...FETCH_ALL, '--', project.path, ...USER_REFS], {
      doing: `Fetching from ${project.path}`,
    });
    // Every dispatch leaves a ref; as thousands of files they would slow down each fetch.
    await git(['--git-dir', store, 'pack-refs', '--all'], { doing: `Packing the refs of ${store}` });
    const head = await commitAt(store, USER_HEAD_REF);
    if (!head) throw new FusionError('project_store_failed', `Fetching from ${project.path} brought no HEAD`);
    return { head };
  }

  return {
    path: pathOf,

    refresh: (project) => oneByOne(project.id, () => refresh(project)),

    start: (project, run) =>
      oneByOne(project.id, async () => {
        requireRunBranch(run.branch);
        const store = pathOf(project.id);
        await requireCommit(store, run.base);
        const ref = branchRef(run.branch);
        await moveRef(store, { ref, from: undefined, to: run.base });
        await requireWritableBranch(store, project.path, run.branch);
        await publishBranch(store, project.path, run.branch, (await commitAt(store, ref)) ?? run.base);
      }),

    integrate: (project, landing) =>
      oneByOne(project.id, async () => {
        requireRunBranch(landing.branch);
        const store = pathOf(project.id);
        await requireCommit(store, landing.commit);
        await requireWritableBranch(store, project.path, landing.branch);
        const integration = await mergeOntoBranch(store, landing);
        if (integration.landed) await publishBranch(store, project.path, landing.branch, integration.commit);
        return integration;
      }),

    head: (project, branch) => commitAt(pathOf(project.id), branchRef(branch)),

    collect: (projectId, { uploadPack, refspecs }) =>
      oneByOne(projectId, async () => {
        const store = pathOf(projectId);
        try {
          await git(
            [
              '--git-dir',
              store,
              ...FETCH,
              `--upload-pack=${asShellText(uploadPack)}`,
              '--',
              NO_REPOSITORY,
              ...refspecs,
            ],
            {
              doing: "Collecting an agent's commits",
              code: 'workspace_failed',
              fileBytesMax: collectedBytesMax,
              settings: [
                ['fetch.fsckObjects', 'true'],
                // Version 2 would need a variable that the clean environment of the cage does not have.
                ['protocol.version', '0'],
              ],
            },
          );
        } catch (thrown) {
          await removeUnfinishedFiles(store);
          throw thrown;
        }
      }),
  };
}

/** Removes what a fetch that was cut off left in the store. Fetches and landings of one project wait for each other, so it is nobody else's. */
async function removeUnfinishedFiles(store: string): Promise<void> {
  const entries = await readdir(join(store, 'objects'), { recursive: true, withFileTypes: true });
  for (const entry of entries)
    if (entry.isFile() && entry.name.startsWith('tmp_')) await rm(join(entry.parentPath, entry.name), { force: true });
}
