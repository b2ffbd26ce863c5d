import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { asFusionError, FusionError } from '@fusion-kit/domain/errors';
import { lockDirectory } from '@fusion-kit/journals/sqlite/data-directory';
import { findServer, type Found } from '../server/find-server.ts';
import { examineJournal, rebuild } from './examine-journal.ts';
import {
  filesFinding,
  processesFinding,
  serverFinding,
  storesFinding,
  trashFinding,
  workspacesFinding,
} from './examine-places.ts';
import { type Examined, type Finding, skipped } from './finding.ts';

/**
 * Looks at everything that a data directory holds, and repairs what can be when asked. While a server runs, only what can be read safely is looked at.
 * @throws {FusionError} `data_directory_unusable` when there is no data; `journal_locked` when something is to be repaired while a server runs
 */
export async function examineDirectory(directory: string, repair: boolean): Promise<Finding[]> {
  if (!existsSync(join(directory, 'journal.db')))
    throw new FusionError('data_directory_unusable', `${directory} holds no data of fusion-kit`, {
      remedy: 'Name the data directory by FUSION_KIT_HOME.',
    });
  const found = await findServer(directory);
  const lock = lockUnlessUsed(directory, found);
  if (repair && !lock)
    throw new FusionError('journal_locked', `${directory} is in use; nothing is repaired while a server runs`, {
      remedy: 'Stop it with `fusion-kit down` first. Without --repair it is only looked at.',
    });
  const examined = await examineAll(directory, found, lock !== undefined)
    .then((all) => (repair ? Promise.all(all.map(repaired)) : all))
    .finally(() => lock?.release());
  // The rows need the journal, which locks the directory itself.
  if (repair && examined.some(({ rebuilds }) => rebuilds)) await rebuildRows(directory, examined);
  return examined.map(({ repair: _repair, rebuilds: _rebuilds, ...finding }) => finding);
}

/** Undefined when a server has it, also one that is only starting or does not answer. */
function lockUnlessUsed(directory: string, found: Found) {
  if (found.state === 'running') return undefined;
  try {
    return lockDirectory(directory);
  } catch (thrown) {
    if (asFusionError(thrown).code === 'journal_locked') return undefined;
    throw thrown;
  }
}

async function examineAll(directory: string, found: Found, alone: boolean): Promise<Examined[]> {
  const { findings, agents, missingCommits } = await examineJournal(directory);
  const whenAlone = async (part: string, look: () => Promise<Examined>) => (alone ? await look() : skipped(part));
  return [
    serverFinding(directory, found),
    await whenAlone('processes', () => processesFinding(directory)),
    await whenAlone('files', () => filesFinding(directory)),
    ...findings,
    await storesFinding(directory, missingCommits),
    await whenAlone('workspaces', () => workspacesFinding(directory, agents)),
    await trashFinding(directory),
  ];
}

async function repaired(examined: Examined): Promise<Examined> {
  if (examined.status !== 'repairable') return examined;
  try {
    await examined.repair?.();
    return { ...examined, status: 'repaired' };
  } catch (thrown) {
    return failed(examined, thrown);
  }
}

async function rebuildRows(directory: string, examined: Examined[]): Promise<void> {
  try {
    await rebuild(directory);
  } catch (thrown) {
    for (const [at, each] of examined.entries()) if (each.rebuilds) examined[at] = failed(each, thrown);
  }
}

function failed({ rebuilds: _rebuilds, ...examined }: Examined, thrown: unknown): Examined {
  const { message, remedy } = asFusionError(thrown);
  return { ...examined, status: 'damaged', message: `${examined.message}; that failed: ${message}`, remedy };
}
