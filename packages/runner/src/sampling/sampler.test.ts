import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { temporaryDirectory } from '@fusion-kit/testing/temporary-directory';
import { describe, expect, it, onTestFinished } from 'vitest';
import { parseStat, type ProcessRow } from './process-table.ts';
import { Sampler, usedBy } from './sampler.ts';

const row = (pid: number, parent: number, change: Partial<ProcessRow> = {}): ProcessRow => ({
  pid,
  parent,
  rssBytes: 10,
  cpuMs: 5,
  places: [],
  ...change,
});
const onLinux = process.platform === 'linux';

describe('whose a process is', () => {
  it('tells the directory it works in, its HOME, or the process it was started by', () => {
    const used = usedBy(
      [
        row(2, 1, { places: ['/', '/data/workspaces/ada/home'] }),
        row(3, 2, { places: ['/data/workspaces/ada/tree/src'] }),
        row(4, 3, { places: ['/tmp'] }),
        row(5, 1, { places: ['/data/workspaces/bob/tree'] }),
        row(6, 1, { places: ['/data/workspaces/ada-2/tree'] }),
      ],
      ['/data/workspaces/ada', '/data/workspaces/bob'],
    );
    expect(Object.fromEntries(used)).toEqual({
      '/data/workspaces/ada': { rssBytes: 30, cpuMs: 15, processes: 3 },
      '/data/workspaces/bob': { rssBytes: 10, cpuMs: 5, processes: 1 },
    });
  });

  it('is found through one that has ended and was not waited for, and ends in a circle of parents', () => {
    const rows = [row(2, 1, { places: ['/a/ada'] }), row(3, 2, { rssBytes: 0 }), row(4, 3), row(8, 9), row(9, 8)];
    expect(usedBy(rows, ['/a/ada']).get('/a/ada')).toMatchObject({ processes: 2, rssBytes: 20 });
  });
});

it('reads the figures of a process whose name holds parentheses and blanks', () => {
  const text = '42 (a) (b c) S 7 42 42 0 -1 0 1 2 3 4 10 20 30 40 20 0 1 0 999 8192 3 18446744073709551615\n';
  expect(parseStat(text, { pageBytes: 4_096, ticksPerSecond: 100 })).toEqual({
    pid: 42,
    parent: 7,
    rssBytes: 3 * 4_096,
    cpuMs: 1_000,
  });
  expect(parseStat('', { pageBytes: 4_096, ticksPerSecond: 100 })).toBeUndefined();
});

describe('a sampler', () => {
  it('keeps the peak, and processor time that never falls', async () => {
    let rows: ProcessRow[] = [];
    const peaks: unknown[] = [];
    const sampler = new Sampler({ read: async () => rows, onPeak: (...peak) => peaks.push(peak) });
    sampler.start('dsp_1', '/a/ada/tree', 'shell');
    expect(sampler.sampleOf('dsp_1')).toBeUndefined();
    const seen = async (...now: ProcessRow[]) => {
      rows = [row(99, 1), ...now];
      await sampler.look();
      return sampler.sampleOf('dsp_1');
    };
    const mine = { places: ['/a/ada/tree'] };
    expect(await seen(row(2, 1, { ...mine, rssBytes: 500, cpuMs: 100 }))).toMatchObject({ cpuMs: 100 });
    expect(await seen()).toEqual({ memoryBytes: 0, cpuMs: 100, processes: 0 });
    expect(await seen(row(3, 1, { ...mine, rssBytes: 20, cpuMs: 30 }))).toMatchObject({ cpuMs: 130, memoryBytes: 20 });
    sampler.stop('dsp_1');
    sampler.stop('dsp_1');
    expect(peaks).toEqual([['shell', 500]]);
    expect(sampler.sampleOf('dsp_1')).toBeUndefined();
  });

  it('says nothing where processes cannot be seen', async () => {
    const peaks: unknown[] = [];
    const sampler = new Sampler({ read: async () => [], onPeak: (...peak) => peaks.push(peak) });
    sampler.start('dsp_1', '/a/ada/tree', 'shell');
    await sampler.look();
    expect(sampler.sampleOf('dsp_1')).toBeUndefined();
    sampler.stop('dsp_1');
    expect(peaks).toEqual([]);
  });

  it('takes what a leash tells as it is, and looks up what it does not tell', async () => {
    let looks = 0;
    const read = async () => {
      looks += 1;
      return [row(2, 1, { places: ['/a/ada/tree'], cpuMs: 7 })];
    };
    const sampler = new Sampler({ read });
    const whole = { memoryBytes: 3, cpuMs: 4, processes: 5, diskBytes: 6, files: 7 };
    sampler.start('dsp_1', '/a/ada/tree', 'shell', { usage: async () => whole });
    await sampler.look();
    expect([sampler.sampleOf('dsp_1'), looks]).toEqual([whole, 0]);
    sampler.start('dsp_2', '/a/ada/tree', 'shell', { usage: async () => ({ processes: 9, files: 8 }) });
    await sampler.look();
    expect(sampler.sampleOf('dsp_2')).toEqual({ memoryBytes: 10, cpuMs: 7, processes: 9, files: 8 });
  });

  it('looks only while something is watched', async () => {
    let looks = 0;
    const read = async () => {
      looks += 1;
      return [];
    };
    const sampler = new Sampler({ read, everyMs: 1 });
    sampler.start('dsp_1', '/a/ada/tree', 'shell');
    await expect.poll(() => looks).toBeGreaterThan(1);
    sampler.stop('dsp_1');
    await new Promise((resolve) => setTimeout(resolve, 20));
    const then = looks;
    await new Promise((resolve) => setTimeout(resolve, 20));
    expect(looks).toBe(then);
  });

  it.runIf(onLinux)(
    'finds real processes, also those that left the directory and cleared their environment',
    async () => {
      const directory = await temporaryDirectory();
      const script = `const { spawn } = require('node:child_process');
      const child = spawn(process.execPath, ['-e', 'console.log(1); setInterval(() => {}, 1000)'], { cwd: '/', env: {}, stdio: ['ignore', 'inherit', 'ignore'] });
      process.on('SIGTERM', () => { child.kill('SIGKILL'); process.exit(); });
      for (let sum = 0, at = 0; at < 1e8; at += 1) sum += at;`;
      const env = { HOME: join(directory, 'home'), PATH: process.env['PATH'] };
      const child = spawn(process.execPath, ['-e', script], { cwd: '/', env, stdio: ['ignore', 'pipe', 'ignore'] });
      onTestFinished(() => void child.kill('SIGTERM'));
      await once(child.stdout, 'data');
      const peaks: unknown[] = [];
      const sampler = new Sampler({ onPeak: (...peak) => peaks.push(peak) });
      sampler.start('dsp_1', join(directory, 'tree'), 'codex');
      await sampler.look();
      const sample = sampler.sampleOf('dsp_1')!;
      expect(sample.processes).toBe(2);
      expect(sample.memoryBytes).toBeGreaterThan(20e6);
      expect(sample.memoryBytes).toBeLessThan(2e9);
      expect(sample.cpuMs).toBeGreaterThan(0);
      sampler.stop('dsp_1');
      expect(peaks).toEqual([['codex', sample.memoryBytes]]);
    },
  );
});
