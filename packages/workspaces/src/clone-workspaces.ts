import { randomUUID } from 'node:crypto';
import { readFile, rename, rm, writeFile } from 'node:fs/promises';
import { setTimeout as after } from 'node:timers/promises';
import { FusionError } from '@fusion-kit/domain/errors';
import type { AgentId, DispatchId } from '@fusion-kit/domain/ids';
import type { Sandbox } from '@fusion-kit/domain/ports/sandbox';
import type { Workspace, WorkspaceProject, Workspaces } from '@fusion-kit/domain/ports/workspaces';
import { agentClone } from './agent-clone.ts';
import { type AgentDirectory, agentDirectory, makeAgentDirectory, toTrash } from './agent-directory.ts';
import {
  changedFiles,
  commitAt,
  exists,
  isAncestor,
  isKept,
  latestRef,
  mergeBase,
  writeCommit,
} from './bare-repository.ts';
import { type CagePlan, cageCommand, runInCage } from './cage.ts';
import { verifyInCheckout } from './checkout.ts';
import { git } from './git.ts';
import { hold, whileHeld } from './hold.ts';
import { moveRef } from './merge.ts';
import { removeAll } from './remove-all.ts';
import type { HeldLeash, Leashes } from './sandbox/limits/leashes.ts';
import { type GitProjectStore, USER_HEAD_REF } from './project-store.ts';
import { serial } from './serial.ts';

export interface WorkspacesOptions {
  /** Absolute directory that belongs to fusion-kit; not below /tmp, where some agents refuse to keep their HOME. */
  root: string;
  sandbox: Sandbox;
  /** What holds processes and files to limits; nothing does when absent. */
  leashes?: Leashes;
  /** What every cage may read besides the system, node and the project store: tool chains, for example. */
  readable?: readonly string[];
  /** Whether what is in a cage reaches the network of the host; `none` unless said otherwise. */
  network?: 'none' | 'host';
}

/** Where a dispatch's work is kept in the project store. */
const dispatchRef = (dispatch: string): string => `refs/fusion/dispatches/${dispatch}`;

/** Where what a dispatch left uncollected is kept, one ref per commit. */
const leftoversRef = (owner: string): string => `refs/fusion/leftovers/${owner}`;

const branchOf = (dispatch: DispatchId): string => `fusion/${dispatch}`;

/** The latest work of a dispatch that came into the store: what it left, else its snapshot. */
const workOf = async (storePath: string, dispatch: string): Promise<string | undefined> =>
  (await latestRef(storePath, leftoversRef(dispatch))) ?? (await commitAt(storePath, dispatchRef(dispatch)));

/** Workspaces of git projects: a clone per agent that borrows its objects from the project store, mounted read-only into its cage. */
export function gitWorkspaces(options: WorkspacesOptions & { store: GitProjectStore }): Workspaces {
  const { root, sandbox, store, leashes } = options;
  const oneByOne = serial();
  const network = sandbox.id === 'none' ? 'host' : (options.network ?? 'none');

  const planOf = (directory: AgentDirectory, projectId: WorkspaceProject['id']): CagePlan => ({
    sandbox,
    cwd: directory.tree,
    home: directory.home,
    temporary: directory.temporary,
    writable: [directory.tree],
    readable: [store.path(projectId), ...(options.readable ?? [])],
    network,
  });

  /** The agent's places with a clone in them, made where they are missing. */
  async function prepare(agent: AgentId, project: WorkspaceProject): Promise<AgentDirectory> {
    const storePath = store.path(project.id);
    if (!(await exists(storePath))) await store.refresh(project);
    const directory = await makeAgentDirectory(root, agent);
    if (!(await exists(directory.filledMark))) {
      const format = await git(['--git-dir', storePath, 'rev-parse', '--show-object-format'], {
        doing: `Reading ${storePath}`,
      });
      await agentClone(planOf(directory, project.id), storePath).create(format.stdout, agent);
      await writeFile(directory.filledMark, '');
    }
    return directory;
  }

  function workspace(directory: AgentDirectory, agent: AgentId, project: WorkspaceProject): Workspace {
    const plan = planOf(directory, project.id);
    const storePath = store.path(project.id);
    const clone = agentClone(plan, storePath);
    /** What lies in the tree: whose work it is, and the commit it began at. Kept outside the cage, so an agent cannot move its base. */
    const present = (): Promise<Tenancy | undefined> => readTenancy(directory.dispatchFile);
    const occupy = (tenancy: Tenancy): Promise<void> => writeTenancy(directory.dispatchFile, tenancy);

    async function baseOf(dispatch: { base?: string }): Promise<string> {
      const base = await commitAt(storePath, dispatch.base ?? USER_HEAD_REF);
      if (!base)
        throw new FusionError('workspace_failed', `The project store has no commit ${dispatch.base ?? USER_HEAD_REF}`);
      return base;
    }

    /** Brings what lies about into the store, under the name of every dispatch that may ask for it again. */
    async function keepLeftovers(): Promise<void> {
      const commit = await clone.leftovers();
      const tenancy = await present();
      if (!commit || commit === tenancy?.base || (!tenancy && (await isKept(storePath, commit)))) return;
      const owners = tenancy?.dispatches ?? [agent];
      const known = await Promise.all(owners.map((owner) => workOf(storePath, owner)));
      const refspecs = owners
        .filter((_owner, at) => known[at] !== commit)
        .map((owner) => `+refs/fusion/leftovers:${leftoversRef(owner)}/${commit}`);
      if (refspecs.length > 0) await collectPatiently(refspecs);
    }

    /** A git that a killed server left behind may hold a lock of the store for a moment. */
    async function collectPatiently(refspecs: readonly string[]): Promise<void> {
      for (const pauseMs of [100, 500, 2_000]) {
        try {
          return await store.collect(project.id, { uploadPack: await clone.uploadPack(), refspecs });
        } catch {
          await after(pauseMs);
        }
      }
      await store.collect(project.id, { uploadPack: await clone.uploadPack(), refspecs });
    }

    async function startAt(id: DispatchId, commit: string, base = commit): Promise<void> {
      try {
        await keepLeftovers();
        // From here until it is occupied again the tree is nobody's: who resumes after a kill gets its work from the store.
        await rm(directory.dispatchFile, { force: true });
        await clone.start(branchOf(id), commit);
      } catch {
        // An agent can break its own repository beyond use. It is put aside as it is, and the next task gets a new one.
        await rm(directory.dispatchFile, { force: true });
        await toTrash(root, plan.cwd);
        await prepare(agent, project);
        await clone.start(branchOf(id), commit);
      }
      await occupy({ dispatches: [id], base });
    }

    return {
      path: plan.cwd,
      home: plan.home,
      sandbox: sandbox.id,
      network,
      ...(leashes && {
        leash: (limits, exceeded) => {
          const makeRoom = (held: HeldLeash) => emptied(directory, held);
          return hold(plan, { leashes, directory: directory.path, limits, exceeded, makeRoom });
        },
      }),
      cage: (command, args, cage) => cageCommand(plan, command, args, cage),
      run: (script, run, signal) => runInCage(plan, script, run, signal),

      begin: async (dispatch) => await startAt(dispatch.id, await baseOf(dispatch)),

      async resume(dispatch) {
        const { id, previous } = dispatch;
        const tenancy = await present();
        if (tenancy?.dispatches.includes(previous) && (await clone.resume(branchOf(id)))) {
          await occupy({ ...tenancy, dispatches: [...tenancy.dispatches, id].slice(-TENANTS_MAX) });
          return true;
        }
        const base = await baseOf(dispatch);
        // What cannot be gone on with where it lies may still be brought back, once it is in the store.
        if (tenancy?.dispatches.includes(previous)) await keepLeftovers().catch(() => {});
        const work = await workOf(storePath, previous);
        await (work ? startAt(id, work, (await mergeBase(storePath, work, base)) ?? base) : startAt(id, base));
        return work !== undefined;
      },

      async snapshot(dispatch) {
        // The run's branch may have gone on since this work began; what counts is what changed against its own beginning.
        const tenancy = await present();
        const base = tenancy?.dispatches.includes(dispatch.id) ? tenancy.base : await baseOf(dispatch);
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
    network,

    open: (agent, project) => oneByOne(agent, async () => workspace(await prepare(agent, project), agent, project)),

    remove: (agent, project) =>
      oneByOne(agent, async () => {
        const directory = agentDirectory(root, agent);
        if (!(await exists(directory.path))) return;
        if (await exists(directory.filledMark)) {
          const plan = planOf(directory, project.id);
          const clone = agentClone(plan, store.path(project.id));
          const refspecs = [`+refs/*:refs/fusion/removed/${agent}/${randomUUID()}/*`];
          await whileHeld(plan, { leashes, directory: directory.path }, async () => {
            await clone.leftovers();
            await store.collect(project.id, { uploadPack: await clone.uploadPack(), refspecs });
          });
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
      return await verifyInCheckout({ root, sandbox, leashes, readable, network, fill }, check, signal);
    },
  };
}

/** What was handed in is in the store; the rest of what outgrew its limit goes, and the HOME only where that is not enough. */
async function emptied(directory: AgentDirectory, held: HeldLeash): Promise<void> {
  await rm(directory.dispatchFile, { force: true });
  await rm(directory.filledMark, { force: true });
  for (const path of [directory.tree, directory.temporary, directory.home]) {
    await removeAll(path);
    if (path !== directory.tree && (await held.fits())) return;
  }
}

interface Tenancy {
  /** The dispatches of one task that worked on it one after the other; some may have been interrupted before they said a word. */
  dispatches: string[];
  base: string;
}

/** More interruptions of one task than these are told apart no longer. */
const TENANTS_MAX = 100;

/** All of it or nothing: a kill in between must not make the work nobody's. */
async function writeTenancy(file: string, tenancy: Tenancy): Promise<void> {
  await writeFile(`${file}.new`, JSON.stringify(tenancy));
  await rename(`${file}.new`, file);
}

async function readTenancy(file: string): Promise<Tenancy | undefined> {
  try {
    return JSON.parse(await readFile(file, 'utf8')) as Tenancy;
  } catch {
    return undefined; // never written, or not to the end: whose work it is, is not known
  }
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
