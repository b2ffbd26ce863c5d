import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { expect, it } from 'vitest';
import { knownProcess, signOf } from './process-sign.ts';

/** A busy machine is no failure. */
const PATIENT = { timeout: 20_000 };

async function sleeper() {
  const child = spawn('/bin/sleep', ['1000'], { stdio: 'ignore' });
  await once(child, 'spawn');
  return { child, pid: child.pid ?? 0, ended: once(child, 'exit') };
}

it('knows a process that lives and one that was killed apart', async () => {
  const { child, pid, ended } = await sleeper();
  const known = knownProcess(pid);
  expect(signOf(known)).toBe('alive');
  child.kill('SIGKILL');
  await ended;
  expect(signOf(known)).toBe('dead');
});

it('does not take a later process for an earlier one with the same number', async () => {
  const { child, pid, ended } = await sleeper();
  expect(signOf({ pid, start: '1' })).toBe('dead');
  child.kill('SIGKILL');
  await ended;
});

it('says that it does not know when only the number is known', () => {
  expect(signOf({ pid: process.pid })).toBe('unknown');
});

it('takes one that has ended and was not waited for as dead', async () => {
  // The shell is replaced by a program that never waits for the child it inherits.
  const script = '/bin/true & echo $!; exec /bin/sleep 1000';
  const parent = spawn('/bin/sh', ['-c', script], { stdio: ['ignore', 'pipe', 'ignore'] });
  const [line] = (await once(parent.stdout, 'data')) as [Buffer];
  const known = knownProcess(Number(line.toString()));
  await expect.poll(() => signOf(known), PATIENT).toBe('dead');
  const ended = once(parent, 'exit');
  parent.kill('SIGKILL');
  await ended;
});
