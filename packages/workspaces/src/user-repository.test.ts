import { join } from 'node:path';
import { newRun, projectAt, scratchDirectory, userRepository } from '@fusion-kit/testing/workspaces-scratch';
import { expect, test } from 'vitest';
import { gitProjectStore } from './project-store.ts';
import { publishBranch } from './user-repository.ts';

test('a branch is never taken backward by a landing that comes late', async () => {
  const directory = await scratchDirectory();
  const user = await userRepository(join(directory, 'project'));
  const project = projectAt(user.path);
  const first = await user.commit({ 'a.txt': 'a\n' });
  const second = await user.commit({ 'a.txt': 'b\n' });
  const store = gitProjectStore({ root: join(directory, 'data') });
  await store.refresh(project);
  await store.start(project, { id: newRun(), branch: 'fusion/one', base: second });
  await publishBranch(store.path(project.id), user.path, 'fusion/one', first);
  expect(user.git('rev-parse', 'fusion/one')).toBe(second);
});
