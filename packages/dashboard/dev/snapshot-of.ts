import type { SnapshotView } from '@fusion-kit/domain/api';
import { type Entry, SCHEMA_VERSION } from '@fusion-kit/domain/entry';
import { World } from '@fusion-kit/domain/world';

export const REPLAY_VERSION = '0.1.0';

export function worldOf(past: readonly Entry[]): World {
  const world = new World();
  for (const entry of past) world.apply(entry);
  return world;
}

/** What a page starts from when these entries have happened. */
export function snapshotOf(past: readonly Entry[], sandbox: SnapshotView['sandbox'] = 'bubblewrap'): SnapshotView {
  const world = worldOf(past);
  return {
    seq: past.length,
    schemaVersion: SCHEMA_VERSION,
    serverVersion: REPLAY_VERSION,
    sandbox,
    rows: {
      projects: [...world.all('projects')],
      agents: [...world.all('agents')],
      workflows: [...world.all('workflows')],
      runs: [...world.all('runs')],
      tasks: [...world.all('tasks')],
      messages: [...world.all('messages')],
    },
  };
}
