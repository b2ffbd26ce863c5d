import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { endLeftGroups } from '@fusion-kit/workspaces/sandbox/limits/left-groups';
import { endLeftovers } from '@fusion-kit/workspaces/leftovers';

const SAID = {
  asked: 'ended when it was asked to',
  killed: 'was killed',
  alive: 'cannot be ended; `fusion-kit recover` shows it',
};

/** Ends what the agents of an earlier server of this data directory left running, and says so; removes the sockets it served them at. Called by who holds the data directory. */
export async function clearLeftovers(dataDir: string, log: (line: string) => void): Promise<void> {
  const { ended, known } = await endLeftovers(dataDir);
  if (!known) log('whether agents of an earlier server left processes is unknown: this system does not list them');
  for (const { pid, place, how } of ended)
    log(`process ${pid}, which an earlier server had started for ${place}, was still there: it ${SAID[how]}`);
  // What had left its place and its parents has not left its group.
  for (const { path, gone } of await endLeftGroups(dataDir))
    log(`the control group ${path} of an earlier server was still there: it ${gone ? 'is gone' : 'cannot be removed'}`);
  await rm(join(dataDir, 'bridge'), { recursive: true, force: true });
}
