import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { FusionError } from '@fusion-kit/domain/errors';
import type { ResourceLimits } from '@fusion-kit/domain/leash';
import type { CommandLine } from '@fusion-kit/domain/ports/sandbox';
import { processesIn, runLine, scratchDirectory } from '@fusion-kit/testing/workspaces-scratch';
import { describe, expect, onTestFinished, test } from 'vitest';
import { detectLimits, type LimitMeans, NO_MEANS } from './detect-limits.ts';
import { endLeftGroups, leftGroups } from './left-groups.ts';
import { type HeldLeash, leashes } from './leashes.ts';

const here = await detectLimits();

async function held(limits: ResourceLimits = {}, means: LimitMeans = here) {
  const [root, directory] = [await scratchDirectory(), await scratchDirectory()];
  const exceeded: FusionError[] = [];
  const leash = await leashes(root, means).open(directory, limits, (failure) => exceeded.push(failure));
  onTestFinished(() => leash.release());
  return { root, directory, leash, exceeded };
}

const shell = (cwd: string, script: string): CommandLine => ({
  command: '/bin/sh',
  args: ['-c', script],
  cwd,
  env: { PATH: process.env['PATH'] ?? '' },
});
const node = (cwd: string, program: string): CommandLine => ({
  ...shell(cwd, ''),
  command: process.execPath,
  args: ['-e', program],
});
const died = new FusionError('process_died', 'it was killed');

test('this machine has control groups, for the tests below need them', () => {
  expect(here).toMatchObject({
    memory: expect.stringMatching(/^cgroup/),
    processes: expect.stringMatching(/^cgroup/),
  });
  expect(here.lacking).toBeUndefined();
});

describe('what is on a leash', () => {
  test('has the memory that it is allowed and no more, and the limit is named when it fails of that', async () => {
    const { leash, directory } = await held({ memoryMb: 200 });
    const take = (megabytes: number) =>
      runLine(leash.wrap(node(directory, `Buffer.alloc(${megabytes}e6).fill(1); console.log('has it')`)));
    expect(take(50).output).toBe('has it\n');
    expect(await leash.explain(died)).toBe(died);
    expect(take(600).output).not.toContain('has it');
    expect(await leash.explain(died)).toMatchObject({
      code: 'memory_limit',
      message: expect.stringContaining('200 MB'),
      details: { failure: 'process_died' },
      remedy: expect.stringContaining('--memory-mb'),
    });
    expect(await leash.told()).toEqual([expect.stringContaining('memoryMb')]);
    const outlived = new FusionError('program_failed', 'what it had started is gone');
    expect(await leash.explain(outlived)).toMatchObject({ code: 'memory_limit' });
    const said = new FusionError('provider_failed', 'no answer');
    expect(await leash.explain(said)).toBe(said);
  });

  test('has it together with all it has started, in whatever session', async () => {
    const { leash, directory } = await held({ memoryMb: 300 });
    const each = `setsid node -e "Buffer.alloc(90e6).fill(1); setTimeout(() => {}, 60000)" & `;
    const line = leash.wrap(shell(directory, `${each.repeat(5)} wait`));
    spawn(line.command, line.args, { cwd: line.cwd, env: line.env, detached: true });
    await expect.poll(async () => (await leash.explain(died)).code, { timeout: 20_000 }).toBe('memory_limit');
  });

  test('starts the processes that it is allowed and no more', async () => {
    const { leash, directory } = await held({ processes: 50 });
    const fork = `n=0; while [ $n -lt 400 ]; do sleep 60 >/dev/null 2>&1 & n=$((n+1)); done`;
    const { exitCode } = runLine(leash.wrap(shell(directory, fork)));
    expect(exitCode).not.toBe(0);
    expect((await leash.usage()).processes).toBeLessThanOrEqual(50);
    expect(await leash.explain(died)).toMatchObject({
      code: 'process_limit',
      message: expect.stringContaining('50 processes'),
    });
  });

  test('writes files of the size that it is allowed and no larger', async () => {
    const { leash, directory } = await held({ fileMb: 5 });
    const write = (kilobytes: number) =>
      runLine(leash.wrap(shell(directory, `head -c ${kilobytes}000 /dev/zero >file; exit $?`)));
    expect(write(4_900).exitCode).toBe(0);
    expect(await leash.explain(died)).toBe(died);
    expect(write(1_000_000).exitCode).not.toBe(0);
    expect((await readFile(join(directory, 'file'))).length).toBe(4_999_680);
    expect(await leash.explain(died)).toMatchObject({ code: 'file_limit', message: expect.stringContaining('5 MB') });
  });

  test('tells what it uses', async () => {
    const { leash, directory } = await held();
    const line = leash.wrap(
      node(directory, `const b = Buffer.alloc(70e6).fill(1); console.log(b.length); setInterval(() => b, 1000)`),
    );
    const child = spawn(line.command, line.args, { cwd: line.cwd, env: line.env });
    await once(child.stdout, 'data');
    await writeFile(join(directory, 'file'), Buffer.alloc(3_000_000, 'x'));
    await leash.check();
    const { memoryBytes, cpuMs, processes, diskBytes, files } = await leash.usage();
    expect(memoryBytes).toBeGreaterThan(70e6);
    expect(memoryBytes).toBeLessThan(400e6);
    expect(cpuMs).toBeGreaterThan(1);
    expect(processes).toBe(1);
    expect(diskBytes).toBeGreaterThanOrEqual(3_000_000);
    expect(diskBytes).toBeLessThan(4_000_000);
    expect(files).toBe(2);
  });

  test.each([
    ['megabytes', { workspaceMb: 16 }, 'for n in 1 2 3 4 5 6; do head -c 4000000 /dev/zero >file-$n; done', '16 MB'],
    ['files', { workspaceFiles: 1_000 }, 'n=0; while [ $n -lt 1100 ]; do : >file-$n; n=$((n+1)); done', '1000 files'],
  ])('is killed once it has too many %s', async (_what, limits, script, named) => {
    const { leash, directory, exceeded } = await held(limits);
    const line = leash.wrap(shell(directory, `${script}; setsid sleep 1000 & exec sleep 1000`));
    const child = spawn(line.command, line.args, { cwd: line.cwd, env: line.env, detached: true });
    await once(child, 'exit');
    expect(exceeded).toMatchObject([{ code: 'disk_limit', message: expect.stringContaining(named) }]);
    expect(await leash.explain(died)).toBe(exceeded[0]);
    await expect(leash.check()).rejects.toBe(exceeded[0]);
    expect(leash.outgrown).toBe(true);
    await expect.poll(() => processesIn(directory)).toEqual([]);
  });

  test('counts what was written just now, when it is asked to look', async () => {
    const { leash, directory } = await held({ workspaceMb: 16 });
    await leash.check();
    runLine(leash.wrap(shell(directory, 'head -c 20000000 /dev/zero >file')));
    await expect(leash.check()).rejects.toMatchObject({ code: 'disk_limit' });
  });
});

/** As left behind as it gets: forked twice, in a session of its own, without environment, somewhere else. */
const DAEMON = `const { spawn } = require('child_process');
  spawn('/bin/sh', ['-c', 'cd /; env -i setsid /bin/sh -c "sleep 1000 & sleep 1000" & echo up'], { detached: true, stdio: 'inherit' }).on('exit', () => process.exit());`;

const groupsOf = async (leash: HeldLeash): Promise<string[]> => {
  const doors = leash.wrap(shell('/', '')).args.filter((word) => word.endsWith('cgroup.procs'));
  expect(doors).not.toEqual([]);
  return doors.map((door) => join(door, '../..'));
};

describe('when a leash is released', () => {
  test('what left its session and its parents is gone, and so are the groups', async () => {
    const { leash, directory, root } = await held();
    const groups = await groupsOf(leash);
    const line = leash.wrap(node(directory, DAEMON));
    const child = spawn(line.command, line.args, { cwd: line.cwd, env: line.env, detached: true });
    await once(child, 'exit');
    await expect.poll(async () => (await leash.usage()).processes).toBe(3);
    expect(groups.filter((path) => existsSync(path))).toEqual(groups);
    await leash.release();
    expect(groups.filter((path) => existsSync(path))).toEqual([]);
    expect(await leftGroups(root)).toEqual([]);
  });

  test('a bomb of forks is as well', async () => {
    const { leash, directory } = await held({ processes: 100 });
    const line = leash.wrap(shell(directory, "exec perl -e 'fork while 1'"));
    const child = spawn(line.command, line.args, { cwd: line.cwd, env: line.env, detached: true, stdio: 'ignore' });
    await once(child, 'spawn');
    await expect.poll(async () => (await leash.usage()).processes, { timeout: 20_000 }).toBeGreaterThan(20);
    await leash.release();
    expect(processesIn(directory)).toEqual([]);
  });

  test('nothing more is started on it', async () => {
    const { leash, directory } = await held();
    const line = leash.wrap(shell(directory, 'touch started'));
    await leash.release();
    const { exitCode, output } = runLine(line);
    expect([exitCode, existsSync(join(directory, 'started'))]).toEqual([125, false]);
    expect(output).toContain('was not started');
  });
});

test('groups of a server that died are ended and removed by the next one of the same data directory, and no others', async () => {
  const { leash, directory, root } = await held();
  const other = await held();
  for (const each of [leash, other.leash]) {
    const line = each.wrap(node(directory, DAEMON));
    const child = spawn(line.command, line.args, { cwd: line.cwd, env: line.env, detached: true });
    await once(child, 'exit');
  }
  expect(await leftGroups(root)).toHaveLength((await groupsOf(leash)).length);
  const ended = await endLeftGroups(root);
  expect(ended.map(({ gone }) => gone)).toEqual(ended.map(() => true));
  expect((await leash.usage()).processes).toBe(0);
  expect((await other.leash.usage()).processes).toBe(3);
});

describe('where there are no control groups', () => {
  test('RLIMIT_DATA bounds each process', async () => {
    const { leash, directory } = await held({ memoryMb: 1_500 }, { ...NO_MEANS, memory: 'rlimit' });
    const take = (megabytes: number) =>
      runLine(leash.wrap(node(directory, `Buffer.alloc(${megabytes}e6); console.log('has it')`)));
    expect(take(50).output).toBe('has it\n');
    expect(take(2_000).output).not.toContain('has it');
  });

  test('files and the disk are held to their limits all the same', async () => {
    const { leash, directory } = await held({ fileMb: 5, workspaceMb: 16 }, NO_MEANS);
    runLine(leash.wrap(shell(directory, 'head -c 9000000 /dev/zero >file')));
    expect((await readFile(join(directory, 'file'))).length).toBe(4_999_680);
    await mkdir(join(directory, 'more'));
    for (const name of ['one', 'two', 'three', 'four'])
      runLine(leash.wrap(shell(directory, `head -c 4900000 /dev/zero >more/${name}`)));
    await expect(leash.check()).rejects.toMatchObject({ code: 'disk_limit' });
  });
});
