import { execFileSync } from 'node:child_process';
import type { InboxItem } from '@fusion-kit/domain/inbox';
import { expect, it } from 'vitest';
import { placeWith, REAL_MS } from './needed-programs.ts';
import { isSleep, openProgramServer, PATIENCE, type ProgramServer } from './program-server.ts';
import { COMMAND } from './real-server.ts';

const WRITE = { write: { path: 'wanted.txt', content: 'wanted\n' } };
const SLEEP = { shell: 'setsid sleep 1001 & sleep 1002' };
const DONE = { say: 'All is done.' };
/** The second time it has nothing to wait for. */
const LONG = {
  shell: 'echo on >> log; if [ "$(wc -l < log)" = 1 ]; then setsid sleep 1001 & sleep 1002; fi',
};
const question = (one: ProgramServer, run: string) => async () =>
  (await one.server().call<{ items: InboxItem[] }>('GET', `/inbox?run=${run}`)).items.find(
    ({ kind }) => kind === 'question',
  );

it(
  'Claude Code asks a person before it writes, by the inbox, and writes when it may',
  { timeout: REAL_MS },
  async (test) => {
    await placeWith(test, 'claude');
    const one = await openProgramServer({ program: 'claude', permissions: 'ask' });
    const run = await one.begin([WRITE, DONE]);
    const asked = question(one, run);
    await expect.poll(asked, PATIENCE).toBeDefined();
    const item = await asked();
    if (item?.kind !== 'question') throw new Error('nothing is asked');
    expect(item.options.map(({ id }) => id)).toEqual(expect.arrayContaining(['allow_once', 'reject_once']));
    expect(item.about).toMatchObject({ tool: 'Write' });
    expect(await one.file('wanted.txt')).toBe('');
    const env = { ...process.env, FUSION_KIT_HOME: one.home };
    execFileSync(process.execPath, [COMMAND, 'task', 'reply', item.taskId, 'allow_once', '--by', 'mia'], { env });
    expect(await one.ends(run)).toBe('completed');
    expect(await one.landed(run, 'wanted.txt')).toBe('wanted');
  },
);

it('Claude Code that is denied writes nothing, and has not done its task', { timeout: REAL_MS }, async (test) => {
  await placeWith(test, 'claude');
  const one = await openProgramServer({ program: 'claude', permissions: 'deny' });
  const run = await one.begin([WRITE, DONE], { expectsChanges: true, retries: 0 });
  expect(await one.ends(run)).toMatch(/^failed nothing_changed/);
  expect(await one.file('wanted.txt')).toBe('');
  expect(await one.told('tool.returned')).toMatchObject([{ tool: 'Write', isError: true }]);
});

it(
  'Claude Code leaves its command when it is paused, and begins it again when that is over',
  { timeout: REAL_MS },
  async (test) => {
    await placeWith(test, 'claude');
    const one = await openProgramServer({ program: 'claude' });
    const run = await one.begin([LONG, LONG, DONE]);
    await one.sleeps();
    const { id } = await one.agent();
    await one.server().call('PATCH', `/agents/${id}`, { action: 'pause' });
    await expect.poll(async () => (await one.processes()).filter(isSleep), PATIENCE).toEqual([]);
    expect(await one.processes()).not.toEqual([]);
    await one.server().call('PATCH', `/agents/${id}`, { action: 'resume' });
    expect(await one.ends(run)).toBe('completed');
    expect(await one.told('session.opened')).toHaveLength(1);
    expect(await one.told('turn.told')).toHaveLength(1);
    expect(await one.landed(run, 'log')).toBe('on\non');
  },
);

it.for([
  { who: 'its adapter', line: 'claude-agent-acp/dist/index.js', code: 'process_died', sandbox: 'auto' },
  { who: 'Claude Code itself', line: 'claude-agent-sdk-linux', code: 'program_failed', sandbox: 'none' },
] as const)(
  'Claude Code goes on in its session when $who is killed, and leaves nothing when it is terminated (sandbox $sandbox)',
  { timeout: REAL_MS },
  async ({ line, code, sandbox }, test) => {
    await placeWith(test, 'claude');
    const one = await openProgramServer({ program: 'claude', sandbox });
    await one.begin([SLEEP, SLEEP, SLEEP]);
    await one.sleeps();
    // What holds it has its name among its arguments too.
    const found = (await one.processes()).find((each) => each.line.split(' ', 2).join().includes(line));
    expect(found).toBeDefined();
    process.kill(found!.pid, 'SIGKILL');
    await expect.poll(() => one.told('task.requeued'), PATIENCE).toMatchObject([{ failure: { code } }]);
    await expect.poll(() => one.told('session.opened'), PATIENCE).toHaveLength(2);
    const [before, after] = await one.told('session.opened');
    expect(after).toMatchObject({ session: before?.session, resumed: true });
    await one.sleeps();
    const { id } = await one.agent();
    await one.server().call('DELETE', `/agents/${id}`);
    await expect.poll(() => one.processes(), PATIENCE).toEqual([]);
  },
);
