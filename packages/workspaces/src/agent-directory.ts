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
}

export const agentDirectory = (root: string, agent: AgentId): AgentDirectory => {
  const path = join(root, 'workspaces', agent);
  return {
    path,
    tree: join(path, 'tree'),
    home: join(path, 'home'),
    temporary: join(path, 'tmp'),
    filledMark: join(path, 'filled'),
  };
};

/** Makes the places that are missing, closed to other users of the machine. A tree that was never filled to its end goes to the trash. */
export async function makeAgentDirectory(root: string, agent: AgentId): Promise<AgentDirectory> {
  const directory = agentDirectory(root, agent);
  const treeExists = await exists(directory.tree);
  if (!treeExists) await rm(directory.filledMark, { force: true });
  else if (!(await exists(directory.filledMark))) await toTrash(root, directory.tree);
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
