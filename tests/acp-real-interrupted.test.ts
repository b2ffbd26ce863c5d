import { readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { placeWith, REAL_MS } from './needed-programs.ts';
import { isSleep, openProgramServer, PATIENCE } from './program-server.ts';

/** It is carried out in full only where it was begun before; what it has done is to be counted in `log`. */
const LONG = 'echo two >> log; if [ "$(grep -c two log)" = 1 ]; then setsid sleep 1001 & sleep 1002; fi';
const STEPS = [{ shell: 'echo one >> log' }, { shell: LONG }, { shell: 'echo three >> log' }, { say: 'All is done.' }];

it.for(['claude', 'codex'])(
  'of a server that is killed nothing is left, and %s goes on in its session at the next',
  { timeout: REAL_MS },
  async (program, test) => {
    await placeWith(test, program);
    const one = await openProgramServer({ program });
    const run = await one.begin(STEPS);
    await one.sleeps();
    const before = (await one.processes()).map(({ pid }) => pid);
    await one.kill();
    await one.again();
    expect((await one.processes()).filter(({ pid }) => before.includes(pid))).toEqual([]);

    expect(await one.ends(run)).toBe('completed');
    const [first, second, ...more] = await one.told('session.opened');
    expect(more).toEqual([]);
    expect(second).toMatchObject({ session: first?.session, resumed: true });
    // It was told nothing but that it was interrupted, so all that it knows of its task is of its session.
    expect((await one.landed(run, 'log')).split('\n').filter((line) => line === 'one')).toEqual(['one']);
    expect(await one.landed(run, 'log')).toMatch(/three$/);
    expect(await one.told('task.completed')).toHaveLength(1);
    expect(await one.task(run)).toMatchObject({ state: 'completed', attempts: 0 });
    await expect.poll(() => one.processes(), PATIENCE).toEqual([]);
  },
);

it(
  'Claude Code whose session is lost begins a new one, told what was done (without a sandbox)',
  { timeout: REAL_MS },
  async (test) => {
    await placeWith(test, 'claude');
    const one = await openProgramServer({ program: 'claude', sandbox: 'none' });
    const run = await one.begin(STEPS);
    await one.sleeps();
    const { id } = await one.agent();
    await one.kill();
    // It ends with its server, and writes to its session until then; what it started does not.
    await expect.poll(async () => (await one.processes()).filter((each) => !isSleep(each)), PATIENCE).toEqual([]);
    const kept = join(one.home, 'workspaces', id, 'home/.claude/projects');
    expect(await readdir(kept)).not.toEqual([]);
    await rm(kept, { recursive: true });
    const before = (await one.processes()).map(({ pid }) => pid);
    await one.again();
    expect((await one.processes()).filter(({ pid }) => before.includes(pid))).toEqual([]);

    expect(await one.ends(run)).toBe('completed');
    const [first, second] = await one.told('session.opened');
    expect(second?.session).not.toBe(first?.session);
    expect(second?.resumed).toBeUndefined();
    expect((await one.landed(run, 'log')).split('\n')).toEqual(['one', 'two', 'one', 'two', 'three']);
    expect(await one.task(run)).toMatchObject({ state: 'completed', attempts: 0 });
  },
);
