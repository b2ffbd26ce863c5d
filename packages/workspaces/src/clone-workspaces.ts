import { randomUUID } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { FusionError } from '@fusion-kit/domain/errors';
import type { AgentId, DispatchId } from '@fusion-kit/domain/ids';
import type { Sandbox } from '@fusion-kit/domain/ports/sandbox';
import type { Workspace, WorkspaceProject, Workspaces } from '@fusion-kit/domain/ports/workspaces';
import { type AgentClone, agentClone } from './agent-clone.ts';
import { type AgentDirectory, agentDirectory, makeAgentDirectory, toTrash } from './agent-directory.ts';
import { changedFiles, commitAt, exists, isAncestor, isKept, writeCommit } from './bare-repository.ts';
import { type CagePlan, cageCommand } from './cage.ts';
import { verifyInCheckout } from './checkout.ts';
import { git } from './git.ts';
import { moveRef } from './merge.ts';
import { type GitProjectStore, USER_HEAD_REF } from './project-store.ts';
import { serial } from './serial.ts';

export interface WorkspacesOptions {
  /** Absolute directory that belongs to fusion-kit; not below /tmp, where some agents refuse to keep their HOME. */
  root: string;
  sandbox: Sandbox;
  /** What every cage may read besides the system, node and the project store: tool chains, for example. */
  readable?: readonly string[];
  /** Whether agents reach the network of the host; `none` unless said otherwise. Setup commands always do. */
  network?: 'none' | 'host';
}

/** Where a dispatch's work is kept in the project store. */
const dispatchRef = (dispatch: DispatchId): string => `refs/fusion/dispatches/${dispatch}`;

/** Workspaces of git projects: a clone per agent that borrows its objects from the project store, mounted read-only into its cage. */
export function gitWorkspaces(options: WorkspacesOptions & { store: GitProjectStore }): Workspaces {
  const { root, sandbox, store } = options;
  const oneByOne = serial();

  const planOf = (directory: AgentDirectory, projectId: WorkspaceProject['id']): CagePlan => ({
    sandbox,
    cwd: directory.tree,
    home: directory.home,
    temporary: directory.temporary,
    writable: [directory.tree],
    readable: [store.path(projectId), ...(options.readable ?? [])],
    network: options.network ?? 'none',
  });

  /** The agent's places and clone, made or completed where they are missing. */
  async function prepare(agent: AgentId, project: WorkspaceProject) {
    const storePath = store.path(project.id);
    if (!(await exists(storePath))) await store.refresh(project);
    const directory = await makeAgentDirectory(root, agent);
    const plan = planOf(directory, project.id);
    const clone = agentClone(plan, storePath);
    if (!(await exists(directory.filledMark))) {
      const format = await git(['--git-dir', storePath, 'rev-parse', '--show-object-format'], {
        doing: `Reading ${storePath}`,
      });
      await clone.create(format.stdout, agent);
      await writeFile(directory.filledMark, '');
    }
    return { directory, plan, clone, storePath };
  }

  /** Brings a commit that no ref of the store keeps yet into the store. */
  async function keepLeftovers(agent: AgentId, project: WorkspaceProject, clone: AgentClone): Promise<void> {
    const commit = await clone.leftovers();
    if (!commit || (await isKept(store.path(project.id), commit))) return;
    const refspecs = [`+refs/fusion/leftovers:refs/fusion/leftovers/${agent}/${commit}`];
    await store.collect(project.id, { uploadPack: await clone.uploadPack(), refspecs });
  }

  function workspace(agent: AgentId, project: WorkspaceProject, plan: CagePlan, clone: AgentClone): Workspace {
    const storePath = store.path(project.id);

    async function baseOf(dispatch: { base?: string }): Promise<string> {
      const base = await commitAt(storePath, dispatch.base ?? USER_HEAD_REF);
      if (!base)
        throw new FusionError('workspace_failed', `The project store has no commit ${dispatch.base ?? USER_HEAD_REF}`);
      return base;
    }

    async function begin(dispatch: { id: DispatchId; base?: string }): Promise<void> {
      const base = await baseOf(dispatch);
      const branch = `fusion/${dispatch.id}`;
      try {
        await keepLeftovers(agent, project, clone);
        await clone.start(branch, base);
      } catch {
        // An agent can break its own repository beyond use. It is put aside as it is, and the next task gets a new one.
        await toTrash(root, plan.cwd);
        await prepare(agent, project);
        await clone.start(branch, base);
      }
    }

    return {
      path: plan.cwd,
      sandbox: sandbox.id,
      cage: (command, args, cage) => cageCommand(plan, command, args, cage),
      begin,

      async resume(dispatch) {
        if (!(await clone.resume(`fusion/${dispatch.id}`))) await begin(dispatch);
      },

      async snapshot(dispatch) {
        const base = await baseOf(dispatch);
        await clone.snapshot(dispatch.message, dispatch.author);
        const ref = dispatchRef(dispatch.id);
        const refspecs = [`+refs/fusion/snapshot:${ref}`];
        await store.collect(project.id, { uploadPack: await clone.uploadPack(), refspecs });
        // What counts is what came into the store, not what the agent's side said it would be.
        let commit = await commitAt(storePath, ref);
        if (!commit) throw new FusionError('workspace_failed', `The snapshot of ${plan.cwd} did not reach the store`);
        if (!(await isAncestor(storePath, base, commit)))
          commit = await graft(storePath, { ...dispatch, base, ref, commit });
        const files = await changedFiles(storePath, base, commit);
        return { base, files, ...(files.length > 0 && { commit }) };
      },
    };
  }

  return {
    open: (agent, project) =>
      oneByOne(agent, async () => {
        const { plan, clone } = await prepare(agent, project);
        return workspace(agent, project, plan, clone);
      }),

    remove: (agent, project) =>
      oneByOne(agent, async () => {
        const directory = agentDirectory(root, agent);
        if (!(await exists(directory.path))) return;
        if (await exists(directory.filledMark)) {
          const clone = agentClone(planOf(directory, project.id), store.path(project.id));
          await clone.leftovers();
          const refspecs = [`+refs/*:refs/fusion/leftovers/${agent}/${randomUUID()}/*`];
          await store.collect(project.id, { uploadPack: await clone.uploadPack(), refspecs });
        }
        await toTrash(root, directory.path);
      }),

    async verify(check, signal) {
      const { commit } = check;
      if (!commit) throw new FusionError('workspace_failed', 'A git project is verified at a commit; none was given');
      const storePath = store.path(check.project.id);
      const readable = [storePath, ...(options.readable ?? [])];
      const format = await git(['--git-dir', storePath, 'rev-parse', '--show-object-format'], {
        doing: `Reading ${storePath}`,
      });
      const fill = async (plan: CagePlan): Promise<void> => {
        const clone = agentClone(plan, storePath);
        await clone.create(format.stdout, 'fusion-kit');
        await clone.start('fusion/verification', commit);
      };
      return await verifyInCheckout({ root, sandbox, readable, fill }, check, signal);
    },
  };
}

/** Puts the files of a history that left its base (an agent may rewrite its own) onto the base as one commit. */
async function graft(
  store: string,
  {
    ref,
    commit,
    base,
    message,
    author,
  }: { ref: string; commit: string; base: string; message: string; author: string },
): Promise<string> {
  const grafted = await writeCommit(store, { tree: `${commit}^{tree}`, parents: [base], message, author });
  await moveRef(store, { ref, from: commit, to: grafted });
  return grafted;
}
