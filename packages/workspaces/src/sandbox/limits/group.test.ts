import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { accessSync, constants, readFileSync } from 'node:fs';
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { scratchDirectory } from '@fusion-kit/testing/workspaces-scratch';
import { describe, expect, onTestFinished, test } from 'vitest';
import { Group } from './group.ts';
import { CONTROLLERS, groupPlaces } from './group-places.ts';

const V1 = [
  '24 18 0:21 / /proc rw - proc proc rw',
  '34 24 0:29 / /sys/fs/cgroup/memory rw,relatime - cgroup cgroup rw,memory',
  '35 24 0:30 / /sys/fs/cgroup/cpu,cpuacct rw,relatime shared:7 - cgroup cgroup rw,cpu,cpuacct',
  '36 24 0:31 / /sys/fs/cgroup/freezer rw,relatime - cgroup cgroup rw,freezer',
  '37 24 0:32 / /sys/fs/cgroup/unified rw,relatime - cgroup2 cgroup2 rw',
].join('\n');

describe('groups are made', () => {
  test('in the own group of each hierarchy of version 1, and of version 2 also around it', () => {
    const { v1, v2 } = groupPlaces(V1, '9:freezer:/\n5:cpu,cpuacct:/a b\n4:memory:/box/one\n0::/user/me');
    expect(v1).toEqual([
      { version: 1, controllers: ['memory'], directory: '/sys/fs/cgroup/memory/box/one' },
      { version: 1, controllers: ['cpuacct'], directory: '/sys/fs/cgroup/cpu,cpuacct/a b' },
    ]);
    expect(v2.map(({ directory }) => directory)).toEqual([
      '/sys/fs/cgroup/unified/user/me',
      '/sys/fs/cgroup/unified/user',
      '/sys/fs/cgroup/unified',
    ]);
  });

  test('at the mount itself where a container sees no more of the hierarchy', () => {
    const mounts = '30 25 0:26 /docker/abc /sys/fs/cgroup rw - cgroup2 cgroup rw';
    const inside = groupPlaces(mounts, '0::/docker/abc/leaf').v2.map(({ directory }) => directory);
    expect(inside).toEqual(['/sys/fs/cgroup/leaf', '/sys/fs/cgroup']);
    expect(groupPlaces(mounts, '0::/').v2).toMatchObject([{ directory: '/sys/fs/cgroup' }]);
    expect(groupPlaces('', '0::/')).toEqual({ v1: [], v2: [] });
  });
});

test('of version 2 a group has its limits in the words of that version', async () => {
  const directory = await scratchDirectory();
  const group = new Group([{ version: 2, controllers: CONTROLLERS, directory }], 'one');
  await group.make({ memoryBytes: 5e8, processes: 40 });
  const said = async (name: string) => readFile(join(directory, 'one', name), 'utf8');
  expect([await said('memory.max'), await said('memory.swap.max'), await said('pids.max')]).toEqual([
    '500000000',
    '0',
    '40',
  ]);
  expect(group.doors).toEqual([join(directory, 'one/inside/cgroup.procs')]);
  await writeFile(join(directory, 'one/memory.current'), '3000\n');
  await writeFile(join(directory, 'one/memory.stat'), 'anon 1\ninactive_file 1000\nactive_file 5\n');
  await writeFile(join(directory, 'one/cpu.stat'), 'usage_usec 2500\nuser_usec 1\n');
  await mkdir(join(directory, 'one/inside/more'));
  await writeFile(join(directory, 'one/inside/more/cgroup.procs'), '999999998\n999999999\n');
  await writeFile(join(directory, 'one/memory.events'), 'low 0\noom 4\noom_kill 3\n');
  await writeFile(join(directory, 'one/pids.events'), 'max 7\n');
  expect(await group.usage()).toEqual({ memoryBytes: 2_000, cpuMs: 2.5, processes: 2 });
  expect(await group.refusals()).toEqual({ memory: 3, processes: 7 });
});

const [real] = groupPlaces(readFileSync('/proc/self/mountinfo', 'utf8'), readFileSync('/proc/self/cgroup', 'utf8')).v2;
const mayMake = (directory: string): boolean => {
  try {
    accessSync(directory, constants.W_OK);
    return true;
  } catch {
    return false;
  }
};

test.runIf(real && mayMake(real.directory))('of version 2 a group of the kernel is killed and removed', async () => {
  const place = { ...real!, controllers: ['cpuacct'] as const };
  const name = `fusion-kit-test-${process.pid}`;
  const group = new Group([place], name);
  onTestFinished(() => group.remove());
  await group.make({ memoryBytes: 1e9, processes: 100 });
  const script = 'echo 0 >"$0"; setsid sleep 1000 & setsid sleep 1000 & echo up; exec sleep 1000';
  const child = spawn('/bin/sh', ['-c', script, group.doors[0]!], { stdio: ['ignore', 'pipe', 'ignore'] });
  const ended = once(child, 'exit');
  await once(child.stdout, 'data');
  await expect.poll(() => group.usage()).toMatchObject({ processes: 3, cpuMs: expect.any(Number) });
  await group.remove();
  expect(await ended).toEqual([null, 'SIGKILL']);
  expect(await readdir(place.directory)).not.toContain(name);
});
