import { workspacesConformance } from '@fusion-kit/testing/workspaces-conformance';
import { gitWorkspaces } from './clone-workspaces.ts';
import { gitProjectStore } from './project-store.ts';
import { detectSandbox } from './sandbox/detect.ts';
import { noSandbox } from './sandbox/none.ts';

workspacesConformance('clones in bubblewrap', async (root) => {
  const { sandbox, problems } = await detectSandbox();
  if (!sandbox)
    throw new Error(
      `These tests need bubblewrap. ${problems.map(({ what, remedy }) => `${what}. ${remedy}`).join(' ')}`,
    );
  const store = gitProjectStore({ root });
  return { store, workspaces: gitWorkspaces({ root, sandbox, store }) };
});

workspacesConformance('clones without a cage', async (root) => {
  const store = gitProjectStore({ root });
  return { store, workspaces: gitWorkspaces({ root, sandbox: noSandbox(), store }) };
});
