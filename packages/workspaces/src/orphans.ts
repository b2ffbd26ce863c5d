import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { toTrash } from './agent-directory.ts';

/** Workspaces whose agents are gone, as paths from the data directory. @param agents those that may still work */
export async function orphanWorkspaces(root: string, agents: ReadonlySet<string>): Promise<string[]> {
  const names = await readdir(join(root, 'workspaces')).catch(() => []); // no agent ever worked
  return names.filter((name) => !agents.has(name)).map((name) => `workspaces/${name}`);
}

/** Puts a workspace aside, where it can be looked at for three days. */
export const putAside = (root: string, workspace: string): Promise<void> => toTrash(root, join(root, workspace));
