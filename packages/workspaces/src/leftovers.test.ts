import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, symlink } from 'node:fs/promises';
import { join } from 'node:path';
import { processesIn, scratchDirectory } from '@fusion-kit/testing/workspaces-scratch';
import { expect, onTestFinished, test } from 'vitest';
import { cageCommand } from './cage.ts';
import { endLeftovers, leftoversAmong } from './leftovers.ts';
import { listProcesses, PLACE, type RunningProcess } from './processes.ts';
import { noSandbox } from './sandbox/none.ts';

const AGENT = 'workspaces/agt_1/home';

/** Runs a shell script as a server that is gone would have left it: started for an agent of a data directory, and nobody's child. */
async function left(root: string, script: string): Promise<string> {
  const cwd = await scratchDirectory();
  const plan = { sandbox: noSandbox(), cwd, home: join(root, AGENT), temporary: cwd, writable: [], readable: [] };
  const line = cageCommand({ ...plan, network: 'none' }, '/bin/sh', ['-c', script]);
  // The shell in between ends at once, and what it started goes to the first process of the machine.
  const words = ['-c', '"$@" >/dev/null 2>&1 &', 'sh', line.command, ...line.args];
  const child = spawn('/bin/sh', words, { cwd: line.cwd, env: line.env, detached: true, stdio: 'ignore' });
  await once(child, 'exit');
  onTestFinished(() =>
    processesIn(cwd).forEach((path) => process.kill(Number(path.slice('/proc/'.length)), 'SIGKILL')),
  );
  await expect.poll(() => processesIn(cwd).length).toBeGreaterThan(0);
  return cwd;
}

async function running(program: string, args: string[], env: Record<string, string> = {}): Promise<ChildProcess> {
  const child = spawn(program, args, { env, stdio: 'ignore' });
  onTestFinished(() => void child.kill('SIGKILL'));
  await once(child, 'spawn');
  return child;
}

test('what was left of agents is asked to end, wherever it went; what is not of this data directory stays', async () => {
  const [root, other] = [await scratchDirectory(), await scratchDirectory()];
  const plain = await left(root, 'sleep 1000 & sleep 1000');
  const escaped = await left(root, 'setsid sleep 1000');
  const unmarked = await left(root, `setsid sh -c 'unset ${PLACE}; sleep 1000 & sleep 1000'`);
  const theirs = await left(other, 'sleep 1000');
  const stranger = await running('/bin/sleep', ['1000']);
  const own = await running('/bin/sleep', ['1000'], { [PLACE]: join(root, AGENT) });

  const { ended, known } = await endLeftovers(root);
  expect(known).toBe(true);
  expect(new Set(ended.map(({ how, place }) => `${how} ${place}`))).toEqual(new Set([`asked ${join(root, AGENT)}`]));
  for (const directory of [plain, escaped, unmarked]) expect(processesIn(directory)).toEqual([]);
  expect(processesIn(theirs)).not.toEqual([]);
  expect([stranger, own].map(({ exitCode, signalCode }) => exitCode ?? signalCode)).toEqual([null, null]);
  expect(await endLeftovers(root)).toEqual({ ended: [], known: true });
});

test('what does not end when it is asked is killed, and what it starts meanwhile too', async () => {
  const root = await scratchDirectory();
  const stubborn = await left(root, `trap 'setsid sleep 1000 &' TERM; while :; do sleep 0.1; done`);
  const { ended } = await endLeftovers(root, 300);
  expect(ended.map(({ how }) => how)).toContain('killed');
  expect(processesIn(stubborn)).toEqual([]);
});

test('a data directory is known by its real name too', async () => {
  const home = await scratchDirectory();
  const [real, link] = [join(home, 'real'), join(home, 'link')];
  await mkdir(real);
  await symlink(real, link);
  const directory = await left(real, 'sleep 1000');
  expect((await endLeftovers(link)).ended).not.toEqual([]);
  expect(processesIn(directory)).toEqual([]);
});

test('ps, where there is no /proc, shows the same processes', async () => {
  const home = join(await scratchDirectory(), 'two  words');
  const child = await running('/bin/sleep', ['1000'], { A: '1', [PLACE]: home, Z: 'z' });
  const shown = (await listProcesses('darwin'))?.find(({ pid }) => pid === child.pid);
  const known = (await listProcesses('linux'))?.find(({ pid }) => pid === child.pid);
  expect(known).toMatchObject({ parent: process.pid, place: home });
  expect(shown).toEqual({ ...known, start: shown?.start });
  expect(shown?.start).toMatch(/\d\d:\d\d:\d\d \d{4}$/);
});

const at = (pid: number, parent: number, place?: string, group = pid): RunningProcess => ({
  pid,
  parent,
  group,
  start: String(pid),
  place,
});

test('groups that an agent leads are its own; groups that it merely is in, and whoever started this process, are not', () => {
  const place = '/data/workspaces/agt_1/home';
  const processes = [
    at(1, 0),
    at(10, 1, place), // an agent's shell, which started this server
    at(11, 10, place, 10), // this server
    at(12, 11, place, 10), // and what it has started
    at(20, 1), // a person's pipeline, in which the old server ran
    at(21, 1, place, 20),
    at(30, 1, place), // an agent's shell
    at(31, 1, undefined, 30), // and what it left in its group
    at(40, 1, '/data/workspaces2/agt_1/home'),
    at(50, 1, '/database/home'),
  ];
  expect(leftoversAmong(processes, ['/data'], 11).map(({ pid }) => pid)).toEqual([21, 30, 31, 40]);
});
