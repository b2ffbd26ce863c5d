import { chmod, mkdir, rename, rm } from 'node:fs/promises';
import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import type { AgentId } from '@fusion-kit/domain/ids';
import { exists } from './bare-repository.ts';

/** The places of one agent. Only `tree`, `home` and `temporary` are the agent's to write; what lies beside them is fusion-kit's. */
export interface AgentDirectory {
  path: string;
  tree: string;
  home: string;
  temporary: string;
  /** Exists once the tree was filled to its end. */
  filledMark: string;
  /** Names the dispatch that the tree was last given to. */
  dispatchFile: string;
}

export const agentDirectory = (root: string, agent: AgentId): AgentDirectory => {
  const path = join(root, 'workspaces', agent);
  return {
    path,
    tree: join(path, 'tree'),
    home: join(path, 'home'),
    temporary: join(path, 'tmp'),
    filledMark: join(path, 'filled'),
    dispatchFile: join(path, 'dispatch'),
  };
};

/** Makes the places that are missing, closed to other users of the machine. A tree that was not filled to its end was never anybody's, and goes. */
export async function makeAgentDirectory(root: string, agent: AgentId): Promise<AgentDirectory> {
  const directory = agentDirectory(root, agent);
  if (!(await exists(directory.tree))) await rm(directory.filledMark, { force: true });
  else if (!(await exists(directory.filledMark))) await rm(directory.tree, { recursive: true });
  for (const path of [directory.path, directory.tree, directory.home, directory.temporary]) {
    await mkdir(path, { recursive: true, mode: 0o700 });
    await chmod(path, 0o700);
  }
  return directory;
}

/** Renames to `<root>/trash/…`: nothing of an agent's is ever deleted here. */
export async function toTrash(root: string, path: string): Promise<void> {
  const trash = join(root, 'trash');
  await mkdir(trash, { recursive: true, mode: 0o700 });
  const name = path.slice(join(root, 'workspaces').length + 1).replaceAll('/', '-');
  await rename(path, join(trash, `${name}-${randomUUID()}`));
}
