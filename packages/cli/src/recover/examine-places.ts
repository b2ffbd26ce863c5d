import { readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { signOf } from '@fusion-kit/runner/process-sign';
import { leftFiles } from '@fusion-kit/workspaces/left-files';
import { endLeftovers, findLeftovers } from '@fusion-kit/workspaces/leftovers';
import { orphanWorkspaces, putAside } from '@fusion-kit/workspaces/orphans';
import { storeProblems } from '@fusion-kit/workspaces/store-check';
import { storesIn } from '@fusion-kit/workspaces/store-files';
import { FusionError } from '@fusion-kit/domain/errors';
import type { Found } from '../server/find-server.ts';
import { removeServerFile } from '../server/server-file.ts';
import { type Examined, listed } from './finding.ts';

/** The server by its file: alive, dead, or unknown, which is left alone. */
export function serverFinding(directory: string, found: Found): Examined {
  const part = 'server';
  if (found.state === 'none') return { part, status: 'ok', message: 'none runs' };
  const { server } = found;
  if (found.state === 'running') return { part, status: 'ok', message: `runs, process ${server.pid}` };
  if (found.state === 'stale' && signOf(server) === 'dead')
    return {
      part,
      status: 'repairable',
      message: `process ${server.pid} is dead and left its file server.json`,
      repair: () => removeServerFile(directory, server.pid),
    };
  return {
    part,
    status: 'unknown',
    message: `process ${server.pid} lives and does not answer; whether it is the server cannot be told`,
    remedy: `Look at it with \`ps -p ${server.pid}\`; \`fusion-kit down\` stops a server.`,
  };
}

/** Processes that agents of an earlier server left. */
export async function processesFinding(directory: string): Promise<Examined> {
  const found = await findLeftovers(directory);
  if (!found)
    return { part: 'processes', status: 'unknown', message: 'this system does not tell which processes there are' };
  return listed(
    'processes',
    found.map(({ pid, place }) => `process ${pid}, started for ${place}`),
    {
      none: 'none is left of earlier servers',
      some: {
        status: 'repairable',
        message: 'started for agents of an earlier server and still there; they are ended',
        repair: async () => {
          const { ended } = await endLeftovers(directory);
          const alive = ended.filter(({ how }) => how === 'alive').map(({ pid }) => pid);
          if (alive.length > 0) throw new FusionError('internal', `cannot be ended: ${alive.join(', ')}`);
        },
      },
    },
  );
}

/** What writing processes left when they were killed. */
export async function filesFinding(directory: string): Promise<Examined> {
  const files = await leftFiles(directory);
  return listed('files', files, {
    none: 'none is left unfinished or locked',
    some: {
      status: 'repairable',
      message: 'left unfinished by killed processes, and no part of the data; they are removed',
      repair: async () => {
        for (const file of files) await rm(join(directory, file), { recursive: true, force: true });
      },
    },
  });
}

/** Workspaces of agents that are gone. @param agents those that are not; undefined when that is not known */
export async function workspacesFinding(directory: string, agents: ReadonlySet<string> | undefined): Promise<Examined> {
  const part = 'workspaces';
  if (!agents) return { part, status: 'unknown', message: 'whose they are cannot be told by a log that is not whole' };
  const orphans = await orphanWorkspaces(directory, agents);
  return listed(part, orphans, {
    none: 'each has its agent',
    some: {
      status: 'repairable',
      message: 'their agents are gone; they are put into trash/, which keeps them for three days',
      repair: async () => {
        for (const orphan of orphans) await putAside(directory, orphan);
      },
    },
  });
}

/** The project stores, by git's own check and by the commits that rows name. */
export async function storesFinding(directory: string, missingCommits: readonly string[]): Promise<Examined> {
  const stores = await storesIn(directory);
  const problems = await Promise.all(
    stores.map(async (store) => (await storeProblems(join(directory, store))).map((problem) => `${store}: ${problem}`)),
  );
  return listed('stores', [...problems.flat(), ...missingCommits], {
    none: `${stores.length}, sound and with every commit that tasks name, says git`,
    some: {
      status: 'damaged',
      message: 'git finds objects missing or damaged',
      remedy: 'Copy the store from a backup, or fetch what is missing from your own repository into it.',
    },
  });
}

export async function trashFinding(directory: string): Promise<Examined> {
  const names = await readdir(join(directory, 'trash')).catch(() => []); // nothing was ever put aside
  return {
    part: 'trash',
    status: 'ok',
    message: names.length === 0 ? 'empty' : `${names.length} put aside; servers empty it after three days`,
  };
}
