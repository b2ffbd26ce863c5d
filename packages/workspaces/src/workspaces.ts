import type { WorkspaceProject, Workspaces } from '@fusion-kit/domain/ports/workspaces';
import { gitWorkspaces, type WorkspacesOptions } from './clone-workspaces.ts';
import { directoryWorkspaces } from './directory-workspaces.ts';
import type { GitProjectStore } from './project-store.ts';

/** Workspaces for projects of every kind. */
export function workspaces(options: WorkspacesOptions & { store: GitProjectStore }): Workspaces {
  const byKind = { git: gitWorkspaces(options), directory: directoryWorkspaces(options) };
  const of = (project: WorkspaceProject): Workspaces => byKind[project.kind];
  return {
    network: byKind.git.network,
    open: (agent, project) => of(project).open(agent, project),
    remove: (agent, project) => of(project).remove(agent, project),
    verify: (check, signal) => of(check.project).verify(check, signal),
  };
}
