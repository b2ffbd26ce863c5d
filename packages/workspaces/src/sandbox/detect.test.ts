import { chmod, mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { scratchDirectory } from '@fusion-kit/testing/workspaces-scratch';
import { describe, expect, test } from 'vitest';
import { detectSandbox, diagnose, type Symptoms } from './detect.ts';

async function fakeBubblewrap(script: string): Promise<string> {
  const directory = join(await scratchDirectory(), 'bin');
  await mkdir(directory);
  await writeFile(join(directory, 'bwrap'), `#!/bin/sh\n${script}\n`);
  await chmod(join(directory, 'bwrap'), 0o755);
  return directory;
}

describe('detecting a sandbox', () => {
  test('without bubblewrap on the path it says what to install', async () => {
    const { sandbox, problems } = await detectSandbox(await scratchDirectory());
    expect(sandbox).toBeUndefined();
    expect(problems).toEqual([
      expect.objectContaining({ remedy: expect.stringContaining('apt-get install bubblewrap') }),
    ]);
  });

  test('a bubblewrap that is there but does not work is no sandbox, and what it said is told', async () => {
    const path = await fakeBubblewrap('echo "bwrap: No permissions to create new namespace" >&2; exit 1');
    const { sandbox, problems } = await detectSandbox(path);
    expect(sandbox).toBeUndefined();
    expect(problems).toHaveLength(1);
  });

  test('one that ends well without running the command is no sandbox either', async () => {
    expect((await detectSandbox(await fakeBubblewrap('exit 0'))).sandbox).toBeUndefined();
  });
});

describe('the remedy', () => {
  const broken: Symptoms = {
    platform: 'linux',
    executable: '/usr/bin/bwrap',
    output: 'setting up uid map: Permission denied',
  };

  test.each<[string, Symptoms, RegExp]>([
    [
      'names the profile for AppArmor',
      { ...broken, appArmorRestriction: '1\n' },
      /profile bwrap \/usr\/bin\/bwrap flags=\(unconfined\)/,
    ],
    ['names the setting of older Debian', { ...broken, usernsClone: '0\n' }, /kernel\.unprivileged_userns_clone=1/],
    ['names the limit of namespaces', { ...broken, usernsMax: '0\n' }, /user\.max_user_namespaces/],
    ['names containers where nothing else is known', { ...broken, appArmorRestriction: '0\n' }, /Docker/],
    ['names WSL2 and the way without a cage on Windows', { platform: 'win32' }, /WSL2, or choose `--sandbox none`/],
    ['names machines of Linux on a Mac', { platform: 'darwin' }, /Lima.* or choose `--sandbox none`/],
  ])('%s', (_what, symptoms, remedy) => {
    expect(diagnose(symptoms).remedy).toMatch(remedy);
  });

  test('what bubblewrap said is part of what is not understood', () => {
    expect(diagnose(broken).what).toContain('setting up uid map: Permission denied');
  });
});
