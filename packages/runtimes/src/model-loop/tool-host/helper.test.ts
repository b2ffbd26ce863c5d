import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { processLives } from '@fusion-kit/testing/runtime-bench';
import { temporaryDirectory } from '@fusion-kit/testing/temporary-directory';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { HOST_TOOLS } from './host-tools.ts';

async function startedHelper() {
  const cwd = await temporaryDirectory();
  const helper = spawn(process.execPath, [fileURLToPath(new URL('helper.ts', import.meta.url))], { cwd });
  onTestFinished(() => void helper.kill('SIGKILL'));
  const pid = () => Number(readFileSync(join(cwd, 'pid'), 'utf8'));
  helper.stdin.write(
    `${JSON.stringify({ id: 1, tool: 'shell', input: { command: 'sleep 300 & echo $! > pid; touch started; wait' } })}\n`,
  );
  await vi.waitFor(() => expect(existsSync(join(cwd, 'started'))).toBe(true), { timeout: 30_000, interval: 10 });
  return { helper, pid };
}

describe('the helper process', () => {
  it('ends with what it started when its input closes, as it does when the server is killed', async () => {
    const { helper, pid } = await startedHelper();
    helper.stdin.destroy();
    expect(await once(helper, 'exit')).toEqual([0, null]);
    await expect.poll(() => processLives(pid())).toBe(false);
  });

  it('ends with what it started when it is told to end', async () => {
    const { helper, pid } = await startedHelper();
    helper.kill('SIGTERM');
    expect(await once(helper, 'exit')).toEqual([0, null]);
    await expect.poll(() => processLives(pid())).toBe(false);
  });

  it('loads nothing that is not in its own folders or in Node, since a cage shows it nothing else', () => {
    const folder = new URL('..', import.meta.url);
    const loaded = new Set<string>();
    const foreign: string[] = [];
    const load = (file: URL) => {
      if (loaded.has(file.href)) return;
      loaded.add(file.href);
      for (const [, name = ''] of readFileSync(file, 'utf8').matchAll(/^import (?!type )[^;]*?from '([^']+)';/gm)) {
        if (name.startsWith('.')) load(new URL(name, file));
        else if (!name.startsWith('node:')) foreign.push(`${file.pathname}: ${name}`);
      }
    };
    load(new URL('helper.ts', import.meta.url));
    load(new URL('search-worker.ts', import.meta.url));
    expect(foreign).toEqual([]);
    expect(loaded.size).toBeGreaterThan(HOST_TOOLS.length);
    expect([...loaded].filter((file) => !file.startsWith(folder.href))).toEqual([]);
  });
});
