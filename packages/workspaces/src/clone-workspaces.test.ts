import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { Sandbox } from '@fusion-kit/domain/ports/sandbox';
import {
  newAgent,
  newDispatch,
  projectAt,
  scratchDirectory,
  userRepository,
} from '@fusion-kit/testing/workspaces-scratch';
import { expect, test } from 'vitest';
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

test('while a tree changes hands it is nobody’s, so that a kill in between loses no work of the one before', async () => {
  const directory = await scratchDirectory();
  const root = join(directory, 'data');
  const user = await userRepository(join(directory, 'project'));
  const head = await user.commit({ 'read me.txt': 'hello' });
  const project = projectAt(user.path);
  const agent = newAgent();
  const tenancy = join(root, 'workspaces', agent, 'dispatch');
  const seen: boolean[] = [];
  const plain = noSandbox();
  const sandbox: Sandbox = {
    id: 'none',
    wrap(spec) {
      if (spec.args.some((word) => word.includes('git checkout'))) seen.push(existsSync(tenancy));
      return plain.wrap(spec);
    },
  };
  const store = gitProjectStore({ root });
  await store.refresh(project);
  const workspace = await gitWorkspaces({ root, sandbox, store }).open(agent, project);
  await workspace.begin({ id: newDispatch(), base: head });
  expect(existsSync(tenancy)).toBe(true);
  await workspace.begin({ id: newDispatch(), base: head });
  expect(seen).toEqual([false, false]);
});
