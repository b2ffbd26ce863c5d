import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { processLives } from '@fusion-kit/testing/runtime-bench';
import { temporaryDirectory } from '@fusion-kit/testing/temporary-directory';
import { describe, expect, it, onTestFinished } from 'vitest';
import { killGroup } from '../tool-host/kill-group.ts';
import { shell } from './shell.ts';

async function workbench() {
  const processGroups = new Set<number>();
  onTestFinished(() => processGroups.forEach((group) => killGroup(group)));
  return { workspace: await temporaryDirectory(), processGroups };
}

describe('shell', () => {
  it('runs in the workspace and gives what the command says', async () => {
    const bench = await workbench();
    expect(await shell.run({ command: 'pwd; echo bad >&2' }, bench)).toBe(`exit code 0\n${bench.workspace}\nbad\n`);
    expect(bench.processGroups.size).toBe(0);
  });

  it('tells a failed command as an error, with its exit code or signal', async () => {
    const bench = await workbench();
    await expect(shell.run({ command: 'echo no; exit 3' }, bench)).rejects.toThrow('exit code 3\nno\n');
    await expect(shell.run({ command: 'kill -TERM $$' }, bench)).rejects.toThrow('killed by SIGTERM');
  });

  it('kills a command that takes too long, with all it started', async () => {
    const bench = await workbench();
    await expect(
      shell.run({ command: 'echo begun; sleep 300 & echo $! > pid; wait', timeoutMs: 500 }, bench),
    ).rejects.toThrow('killed after 500 ms\nbegun\n');
    const pid = Number(readFileSync(join(bench.workspace, 'pid'), 'utf8'));
    await expect.poll(() => processLives(pid)).toBe(false);
  });

  it('does not wait for what a command leaves running, and remembers it', async () => {
    const bench = await workbench();
    expect(await shell.run({ command: 'sleep 300 & echo started' }, bench)).toBe('exit code 0\nstarted\n');
    expect(bench.processGroups.size).toBe(1);
  });

  it('keeps head and tail of much output', async () => {
    const said = await shell.run({ command: 'echo first; seq 1 100000; echo last' }, await workbench());
    expect(said).toMatch(/^exit code 0\nfirst\n1\n[\s\S]*characters cut[\s\S]*100000\nlast\n$/);
    expect(said.length).toBeLessThan(31_000);
  });
});
