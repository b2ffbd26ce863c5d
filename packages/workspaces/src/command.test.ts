import { TEXT_MAX } from '@fusion-kit/domain/expression/values';
import { processesIn, scratchDirectory } from '@fusion-kit/testing/workspaces-scratch';
import { expect, test } from 'vitest';
import { runCommand } from './command.ts';

const shell = (script: string, cwd = '/') => ({
  command: '/bin/sh',
  args: ['-c', script],
  env: { PATH: '/usr/bin:/bin' },
  cwd,
});

test('a command ends with its exit code, its output and both streams in order', async () => {
  const ended = await runCommand(shell('echo out; echo err >&2; exit 7'), { timeoutMs: 30_000 });
  expect(ended).toMatchObject({ exitCode: 7, timedOut: false, stdout: 'out\n' });
  expect(ended.output.split('\n').toSorted()).toEqual(['', 'err', 'out']);
});

test('of too much output the end is kept, and how much is missing is told', async () => {
  const { output } = await runCommand(shell('printf 0123456789abcdef'), { timeoutMs: 30_000, outputBytesMax: 6 });
  expect(output).toBe('[10 bytes left out]\nabcdef');
});

test('what is kept of too much output is a text that expressions may take', async () => {
  const { stdout } = await runCommand(shell('head -c 3000000 /dev/zero | tr "\\000" x'), { timeoutMs: 30_000 });
  expect(stdout).toMatch(/^\[\d+ bytes left out\]\nx+$/);
  expect(stdout.length).toBeLessThanOrEqual(TEXT_MAX);
});

test('when time is over, everything it started in its group is gone', async () => {
  const directory = await scratchDirectory();
  const ended = await runCommand(shell('sleep 1000 & sleep 1000', directory), { timeoutMs: 300 });
  expect(ended).toMatchObject({ exitCode: null, timedOut: true });
  await expect.poll(() => processesIn(directory)).toEqual([]);
});

test('a stop rejects with its reason and leaves nothing of the group', async () => {
  const directory = await scratchDirectory();
  const stop = new AbortController();
  const running = runCommand(shell('sleep 1000 & sleep 1000', directory), { timeoutMs: 60_000, signal: stop.signal });
  await expect.poll(() => processesIn(directory).length).toBe(3);
  stop.abort(new Error('enough'));
  await expect(running).rejects.toThrow('enough');
  await expect.poll(() => processesIn(directory)).toEqual([]);
});

test('a command that does not exist, and one that is stopped before it began, reject', async () => {
  const missing = { ...shell(''), command: '/nonexistent/program' };
  await expect(runCommand(missing, { timeoutMs: 1_000 })).rejects.toMatchObject({ code: 'ENOENT' });
  const before = AbortSignal.abort(new Error('too late'));
  await expect(runCommand(shell('true'), { timeoutMs: 1_000, signal: before })).rejects.toThrow('too late');
});
