import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { Verification } from '@fusion-kit/domain/ports/workspaces';
import { projectAt, scratchDirectory, userRepository } from '@fusion-kit/testing/workspaces-scratch';
import { expect, onTestFinished, test } from 'vitest';
import { gitWorkspaces } from './clone-workspaces.ts';
import { gitProjectStore } from './project-store.ts';
import { detectSandbox } from './sandbox/detect.ts';
import { detectLimits } from './sandbox/limits/detect-limits.ts';
import { leashes } from './sandbox/limits/leashes.ts';
import { leftGroups } from './sandbox/limits/left-groups.ts';

const { sandbox } = await detectSandbox();
const means = await detectLimits();
const HOG = `node -e "const all = []; for (let n = 0; n < 60; n++) all.push(Buffer.alloc(10e6).fill(1)); console.log('has it')"`;

/** Verifies a commit for which an agent has these limits, and leaves nothing. */
async function verified(check: Pick<Verification, 'limits'> & Partial<Verification>) {
  if (!sandbox) throw new Error('these tests need bubblewrap');
  const directory = await scratchDirectory();
  const root = join(directory, 'data');
  const user = await userRepository(join(directory, 'project'));
  await user.commit({ 'a.txt': 'a\n' });
  const project = projectAt(user.path);
  const store = gitProjectStore({ root });
  const { head } = await store.refresh(project);
  const workspaces = gitWorkspaces({ root, store, sandbox, leashes: leashes(root, means) });
  const whole = { project, commit: head, setup: [], commands: [], timeoutMs: 60_000, ...check };
  onTestFinished(async () => {
    const left = [...(await leftGroups(root)), ...(await readdir(join(root, 'checkouts')))];
    if (left.length > 0) throw new Error(`left behind: ${left.join()}`);
  });
  return await workspaces.verify(whole, new AbortController().signal);
}

test('a check that takes more memory than its agent may have fails, and is told why', async () => {
  const { passed, checks } = await verified({ commands: [HOG], limits: { memoryMb: 200 } });
  expect(passed).toBe(false);
  expect(checks).toMatchObject([{ exitCode: 137, output: expect.stringMatching(/the 200 MB of memory.*memoryMb/) }]);
});

test('one that has enough passes, and nothing is said', async () => {
  const { checks } = await verified({ commands: [HOG], limits: { memoryMb: 2_000 } });
  expect(checks).toMatchObject([{ exitCode: 0, output: 'has it\n' }]);
});

test('a setup that does not fit fails with the limit named', async () => {
  await expect(verified({ setup: ['head -c 9000000 /dev/zero >large'], limits: { fileMb: 5 } })).rejects.toMatchObject({
    code: 'setup_failed',
    details: { output: expect.stringContaining('5 MB') },
  });
});

test('a checkout that outgrows its limit is ended', async () => {
  const commands = ['for n in 1 2 3 4 5 6; do head -c 4000000 /dev/zero >part-$n; done; sleep 1000'];
  await expect(verified({ commands, limits: { workspaceMb: 16 } })).rejects.toMatchObject({ code: 'disk_limit' });
});
