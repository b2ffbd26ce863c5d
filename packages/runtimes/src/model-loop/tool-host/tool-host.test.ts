import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Turn } from '@fusion-kit/domain/ports/runtime';
import { processLives } from '@fusion-kit/testing/runtime-bench';
import { temporaryDirectory } from '@fusion-kit/testing/temporary-directory';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { toolHost } from './tool-host.ts';

async function hostIn(wrap: (line: ReturnType<Turn['cage']>) => ReturnType<Turn['cage']> = (line) => line) {
  const workspace = await temporaryDirectory();
  const abort = new AbortController();
  const cage: Turn['cage'] = (command, args, options = {}) =>
    wrap({
      command,
      args: [...args],
      cwd: workspace,
      env: { PATH: process.env['PATH'] ?? '', ...options.env },
    });
  const host = toolHost({ cage }, abort.signal);
  onTestFinished(() => host.close());
  const pidIn = (file: string) => Number(readFileSync(join(workspace, file), 'utf8'));
  return { workspace, host, abort, pidIn };
}

describe('the tool host', () => {
  it('runs every call in one process, with the environment of the cage and nothing of ours', async () => {
    const { host } = await hostIn();
    const { output } = await host.call('shell', { command: 'echo $PPID; env' });
    const again = await host.call('shell', { command: 'echo $PPID' });
    expect(output.split('\n')[1]).toBe(again.output.split('\n')[1]);
    expect(output).not.toMatch(/VITEST/);
  });

  it('starts nothing before the first call', async () => {
    let started = 0;
    const { host } = await hostIn((line) => {
      started++;
      return line;
    });
    await host.close();
    expect(started).toBe(0);
  });

  it('says that the process ended in a call, and has a new one for the next', async () => {
    const { host } = await hostIn();
    expect(await host.call('shell', { command: 'kill -9 $PPID' })).toEqual({
      output: 'the tool process ended while it ran shell',
      isError: true,
    });
    expect(await host.call('shell', { command: 'echo here' })).toEqual({
      output: 'exit code 0\nhere\n',
      isError: false,
    });
  });

  it('leaves no process when the host is closed, not even one that left its group', async () => {
    const { host, pidIn } = await hostIn();
    const detach = process.platform === 'linux' ? 'setsid' : '';
    await host.call('shell', { command: `${detach} sleep 300 > /dev/null 2>&1 & echo $! > far; echo $PPID > helper` });
    expect(processLives(pidIn('far'))).toBe(true);
    await host.close();
    await expect.poll(() => processLives(pidIn('far'))).toBe(false);
    await expect.poll(() => processLives(pidIn('helper'))).toBe(false);
  });

  it('survives a tool process that says what it should not', async () => {
    const { host } = await hostIn((line) => ({
      ...line,
      command: '/bin/sh',
      args: ['-c', 'echo "not json"; echo "{\\"id\\": 1}"; exec "$@"', 'sh', line.command, ...line.args],
    }));
    expect((await host.call('shell', { command: 'echo here' })).output).toBe('exit code 0\nhere\n');
  });

  it('fails the turn when the cage does not let it start', async () => {
    const { host } = await hostIn((line) => ({
      ...line,
      command: '/bin/sh',
      args: ['-c', 'echo no namespaces >&2; exit 1'],
    }));
    await expect(host.call('shell', { command: 'true' })).rejects.toMatchObject({
      code: 'workspace_failed',
      message: expect.stringContaining('no namespaces'),
    });
    const missing = await hostIn((line) => ({ ...line, command: '/nowhere/cage' }));
    await expect(missing.host.call('shell', { command: 'true' })).rejects.toMatchObject({ code: 'workspace_failed' });
  });

  it('stops a running call with the reason of the abort', async () => {
    const { host, abort, pidIn, workspace } = await hostIn();
    const called = host.call('shell', { command: 'echo $$ > pid; touch started; sleep 300' });
    await vi.waitFor(() => expect(existsSync(join(workspace, 'started'))).toBe(true), { timeout: 30_000 });
    abort.abort(new Error('cancelled'));
    await expect(called).rejects.toThrow('cancelled');
    await host.close();
    await expect.poll(() => processLives(pidIn('pid'))).toBe(false);
  });
});
