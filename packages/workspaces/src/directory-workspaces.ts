import { readFile, realpath, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { FusionError } from '@fusion-kit/domain/errors';
import type { Workspace, Workspaces } from '@fusion-kit/domain/ports/workspaces';
import { type AgentDirectory, agentDirectory, makeAgentDirectory, toTrash } from './agent-directory.ts';
import { exists } from './bare-repository.ts';
import { type CagePlan, cageCommand, runInCage, runScript } from './cage.ts';
import { verifyInCheckout } from './checkout.ts';
import type { WorkspacesOptions } from './clone-workspaces.ts';
import { changesSince, type FileHashes, hashFiles } from './file-hashes.ts';
import { hold } from './hold.ts';
import { serial } from './serial.ts';

const COPIED_BYTES_MAX = 1024 ** 3;

const COPY = `
size=$(du -sk "$1" | cut -f1)
if [ "$size" -gt "$2" ]; then echo "$1 holds $size KiB; at most $2 KiB are copied for an agent" >&2; exit 1; fi
cp -a "$1/." .
`;

/**
 * Workspaces of projects without git: a copy of the directory per agent. The work stays in the copy, since without a history
 * there is nothing to merge by; a snapshot tells which files changed since the task began.
 */
export function directoryWorkspaces(
  options: WorkspacesOptions & {
    /** The largest directory that is copied; 1 GiB unless said otherwise. */
    copiedBytesMax?: number;
  },
): Workspaces {
  const { root, sandbox, leashes } = options;
  const kibMax = Math.ceil((options.copiedBytesMax ?? COPIED_BYTES_MAX) / 1024);
  const readable = options.readable ?? [];
  const oneByOne = serial();
  const network = sandbox.id === 'none' ? 'host' : (options.network ?? 'none');

  /** What agents may not see, the access token and other agents' work, must not come to them as part of a copy. */
  const refuseOwnData = async (source: string): Promise<void> => {
    const [real, own] = await Promise.all([realpath(source), realpath(root)]);
    if (own !== real && !own.startsWith(join(real, '/'))) return;
    throw new FusionError(
      'workspace_failed',
      `${source} holds ${own}, where fusion-kit keeps its data, and is not copied`,
      {
        remedy:
          'Use a directory further down, make it a git repository, or set FUSION_KIT_HOME to a place outside of it.',
      },
    );
  };

  /** Copies inside a cage, so that a link that is exchanged meanwhile leads nowhere. */
  const copyInto = async (plan: CagePlan, source: string): Promise<void> => {
    await refuseOwnData(source);
    await runScript(
      { ...plan, readable: [...plan.readable, source] },
      { doing: `Copying ${source} to ${plan.cwd}`, script: COPY, args: [source, String(kibMax)] },
    );
  };

  function workspace(directory: AgentDirectory, plan: CagePlan): Workspace {
    const beganFile = join(directory.path, 'began.json');
    const begin = async (): Promise<void> => {
      await writeFile(beganFile, JSON.stringify(await hashFiles(directory.tree)));
    };
    return {
      path: directory.tree,
      home: directory.home,
      sandbox: sandbox.id,
      network,
      ...(leashes && {
        // The copy is all there is of the work: what outgrew its limit is put aside, where it can be looked at for three days.
        leash: (limits, exceeded) =>
          hold(plan, {
            leashes,
            directory: directory.path,
            limits,
            exceeded,
            makeRoom: () => toTrash(root, directory.path),
          }),
      }),
      cage: (command, args, cage) => cageCommand(plan, command, args, cage),
      run: (script, run, signal) => runInCage(plan, script, run, signal),
      begin,
      async resume() {
        const begun = await exists(beganFile);
        if (!begun) await begin();
        return begun;
      },
      async snapshot() {
        if (!(await exists(beganFile)))
          throw new FusionError('workspace_failed', `No task was begun in ${directory.tree}`);
        const began = JSON.parse(await readFile(beganFile, 'utf8')) as FileHashes;
        return { files: changesSince(began, await hashFiles(directory.tree)) };
      },
    };
  }

  return {
    network,

    open: (agent, project) =>
      oneByOne(agent, async () => {
        const directory = await makeAgentDirectory(root, agent);
        const plan: CagePlan = {
          sandbox,
          cwd: directory.tree,
          home: directory.home,
          temporary: directory.temporary,
          writable: [directory.tree],
          readable,
          network,
        };
        if (!(await exists(directory.filledMark))) {
          await copyInto(plan, project.path);
          await writeFile(directory.filledMark, '');
        }
        return workspace(directory, plan);
      }),

    remove: (agent) =>
      oneByOne(agent, async () => {
        const { path } = agentDirectory(root, agent);
        if (await exists(path)) await toTrash(root, path);
      }),

    verify: (check, signal) =>
      verifyInCheckout(
        {
          root,
          sandbox,
          leashes,
          readable,
          network,
          fill: (plan) => copyInto(plan, check.directory ?? check.project.path),
        },
        check,
        signal,
      ),
  };
}
