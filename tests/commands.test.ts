import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { preview } from '@fusion-kit/domain/text';
import { processesIn } from '@fusion-kit/testing/workspaces-scratch';
import { afterEach, describe, expect, it } from 'vitest';
import { eventually, node, runEnds, tasksOf } from './house.ts';
import { git } from './real-server.ts';
import { command, openWorkingHouse, type WorkingHouse, type WorkingHouseOptions } from './working-house.ts';

/** A busy machine is no failure. */
const PATIENT = { timeout: 20_000 };

const open: WorkingHouse[] = [];
const house = async (options?: WorkingHouseOptions) => {
  const opened = await openWorkingHouse(options);
  open.push(opened);
  return opened;
};
afterEach(async () => {
  for (const each of open.splice(0)) await each.close();
});

/** A node without an agent: a command or a join. */
const step = (id: string, work: ReturnType<typeof command>, needs: readonly string[] = [], more = {}) =>
  node(id, needs, { work, ...more });
const landed = (project: string, branch: string | undefined, file: string) => git(project, 'show', `${branch}:${file}`);

describe('a command', () => {
  it('works at the head of its run, lands what it changed, and gives what it printed', async () => {
    const { engine, start, project } = await house();
    const run = await start([
      step('write', command('echo "$WHO" >who.txt; echo one; echo two >&2; echo; echo', { env: { WHO: 'Ada  "L"' } })),
      step('read', command('cat who.txt; exit 3', { exitCodes: [0, 3] }), ['write']),
    ]);
    expect((await runEnds(engine, run.id)).event.type).toBe('run.completed');
    const [write, read] = await tasksOf(engine, run.id);
    expect(write).toMatchObject({
      state: 'completed',
      outputs: { stdout: 'one', stderr: 'two', exitCode: '0' },
      receipt: { kind: 'unverified', files: [{ path: 'who.txt', change: 'added' }], sandbox: 'bubblewrap' },
    });
    expect(read?.outputs).toEqual({ stdout: 'Ada  "L"', stderr: '', exitCode: '3' });
    expect(landed(project, run.branch, 'who.txt')).toBe('Ada  "L"');
  });

  it('shows what it prints while it runs, and keeps it in its log', async () => {
    const { engine, start } = await house();
    const shown: string[] = [];
    engine.onDelta(({ text }) => shown.push(text));
    const run = await start([step('talk', command('echo first; seq 1 5000'))]);
    await runEnds(engine, run.id);
    const { event: called } = await eventually(engine, ['tool.called']);
    expect(called).toMatchObject({ tool: 'shell', input: JSON.stringify({ command: 'echo first; seq 1 5000' }) });
    const { event: returned } = await eventually(engine, ['tool.returned']);
    if (returned.type !== 'tool.returned' || typeof returned.output === 'string')
      throw new Error('it was not put away');
    const kept = await engine.blobs.get(returned.output.blob);
    expect(kept).toMatch(/^exit code 0\nfirst\n1\n2\n[^]*\n5000\n$/);
    expect(`exit code 0\n${shown.join('')}`).toBe(kept);
  });

  it('that fails says how and with what last words, is tried again as its policy says, and begins anew each time', async () => {
    const { engine, start } = await house();
    const script = 'ls; echo half >half.txt; echo it broke >&2; exit 9';
    const run = await start([step('fail', command(script), [], { retry: { limit: 1, backoffMs: 0 } })]);
    expect((await runEnds(engine, run.id)).event.type).toBe('run.failed');
    const [failed] = await tasksOf(engine, run.id);
    expect(failed).toMatchObject({ attempts: 1, fence: 2, failure: { code: 'command_failed' } });
    expect(failed?.failure?.message).toBe(`\`${script}\` ended with 9:\nread me.txt\nit broke`);
  });

  it('that was killed failed of a crash and not of what it was to show', async () => {
    const { engine, start } = await house();
    const run = await start([step('die', command('kill -9 $$'))]);
    await runEnds(engine, run.id);
    expect((await tasksOf(engine, run.id))[0]?.failure?.code).toBe('process_died');
  });

  it('that the system refuses to start is said to be that', async () => {
    const { engine, start } = await house();
    const long = step('long', command('true', { env: { TEXT: 'x'.repeat(9_000), REST: '\0' } }));
    const run = await start([long]);
    await runEnds(engine, run.id);
    const { failure } = (await tasksOf(engine, run.id))[0]!;
    expect(failure).toMatchObject({ code: 'command_failed', message: expect.stringContaining('could not be started') });
  });

  it('may write where it is allowed to and nowhere else, and what it moved is gone from where it was', async () => {
    const files = { 'src/old.txt': 'a text that is long enough to be known again\n', 'app/[id]/page.ts': 'x\n' };
    const { engine, start } = await house({ files });
    const inside = { writes: ['app/[id]', 'docs/**/*.md'] };
    const run = await start([
      step('fine', command('echo y >"app/[id]/page.ts"; mkdir -p docs/a; echo z >docs/a/.b.md', inside)),
      step('not', command('mkdir -p docs; git mv src/old.txt docs/new.md', inside)),
    ]);
    await runEnds(engine, run.id);
    const [fine, not] = await tasksOf(engine, run.id);
    expect(fine).toMatchObject({ state: 'completed', receipt: { outsideCount: 0, fileCount: 2 } });
    expect(not).toMatchObject({ state: 'failed', failure: { code: 'out_of_scope' }, receipt: { outsideCount: 1 } });
    expect(not?.failure?.message).toContain('src/old.txt');
  });

  it.each(['bubblewrap', 'none'] as const)(
    'that is cancelled (%s) leaves no process, a daemon included',
    async (sandbox) => {
      const { engine, start, data } = await house({ sandbox });
      const run = await start([step('long', command('setsid sleep 1000 & echo begun; sleep 1000'))]);
      await new Promise<void>((begun) => engine.onDelta(() => begun()));
      const [task] = await tasksOf(engine, run.id);
      const tree = join(data, 'workspaces', task?.dispatch?.agentId ?? '', 'tree');
      await expect.poll(() => processesIn(tree).length, PATIENT).toBeGreaterThan(1);
      await engine.submit({ type: 'task.cancel', taskId: task!.id, reason: 'enough' });
      await expect.poll(() => processesIn(tree), PATIENT).toEqual([]);
      expect((await tasksOf(engine, run.id))[0]?.state).toBe('cancelled');
    },
  );

  it('that takes too long fails with task_timeout and leaves no process', async () => {
    const { engine, start, data } = await house();
    const run = await start([step('long', command('sleep 1000'), [], { timeoutMs: 1_500 })]);
    await runEnds(engine, run.id);
    const [task] = await tasksOf(engine, run.id);
    expect(task?.failure?.code).toBe('task_timeout');
    const tree = join(data, 'workspaces', task?.lastAgentId ?? '', 'tree');
    await expect.poll(() => processesIn(tree), PATIENT).toEqual([]);
  });
});

const TASKS = `# Tasks

- [ ] T001 Write one.txt
- [ ] T002 [P] Write two.txt — “quoted” ü
- [ ] T003 Later
`;
const joining = (verify: readonly string[], ids?: readonly string[]) => ({
  kind: 'join' as const,
  verify: [...verify],
  ...(ids && { ticks: { file: 'specs/tasks.md', ids: [...ids] } }),
});

describe('a join', () => {
  it('with commands verifies what has landed by then, in a clean checkout, and lands nothing', async () => {
    const { engine, start } = await house();
    const run = await start([
      step('one', command('echo 1 >one.txt; mkdir -p .cache')),
      step('two', command('echo 2 >two.txt'), ['one']),
      step('both', joining(['cat one.txt two.txt']), ['one', 'two']),
      step('bad', joining(['test -f three.txt']), ['both']),
    ]);
    expect((await runEnds(engine, run.id)).event.type).toBe('run.failed');
    const [, , both, bad] = await tasksOf(engine, run.id);
    expect(both).toMatchObject({ state: 'completed', outputs: {}, receipt: { kind: 'verified', fileCount: 0 } });
    expect(both?.landed).toBeUndefined();
    expect(preview(both?.receipt?.checks[0]?.output ?? '')).toBe('1\n2\n');
    expect(bad?.failure?.code).toBe('verification_failed');
  });

  it('ticks boxes and changes nothing else in the file', async () => {
    const { engine, start, project } = await house({ files: { 'specs/tasks.md': TASKS } });
    const run = await start([step('phase', joining(['grep -q "x. T001" specs/tasks.md'], ['T001', 'T002']))]);
    expect((await runEnds(engine, run.id)).event.type).toBe('run.completed');
    const ticked = TASKS.replace('[ ] T001', '[x] T001').replace('[ ] T002', '[x] T002');
    expect(`${landed(project, run.branch, 'specs/tasks.md')}\n`).toBe(ticked);
    expect(await readFile(join(project, 'specs/tasks.md'), 'utf8')).toBe(TASKS);
    expect((await tasksOf(engine, run.id))[0]?.receipt).toMatchObject({
      kind: 'verified',
      outsideCount: 0,
      fileCount: 1,
    });
  });

  it('ticks in the text as a person has it by now, with all that was ticked before, and never writes there', async () => {
    const { engine, start, project } = await house({ files: { 'specs/tasks.md': TASKS } });
    const file = join(project, 'specs/tasks.md');
    const edited = `${TASKS.replace('Later', 'Much later')}- [ ] T004 A person's own\n`;
    const run = await start([
      step('first', joining([], ['T001'])),
      step('wait', command('echo ready; while ! test -e go.txt; do sleep 0.1; done; rm go.txt'), ['first']),
      step('second', joining([], ['T002']), ['wait']),
    ]);
    await new Promise<void>((ready) => engine.onDelta(() => ready()));
    await writeFile(file, edited);
    const waiting = (await tasksOf(engine, run.id))[1];
    await writeFile(join(open[0]!.data, 'workspaces', waiting?.dispatch?.agentId ?? '', 'tree', 'go.txt'), '');
    expect((await runEnds(engine, run.id)).event.type).toBe('run.completed');
    const ticked = edited.replace('[ ] T001', '[x] T001').replace('[ ] T002', '[x] T002');
    expect(`${landed(project, run.branch, 'specs/tasks.md')}\n`).toBe(ticked);
    expect(await readFile(file, 'utf8')).toBe(edited);
  });

  it.each(['bubblewrap', 'none'] as const)(
    'ticks in the text of a list that was never committed (%s)',
    async (sandbox) => {
      const { engine, start, project } = await house({ sandbox });
      await mkdir(join(project, 'specs'));
      await writeFile(join(project, 'specs/tasks.md'), TASKS);
      const run = await start([step('first', joining([], ['T001'])), step('second', joining([], ['T002']), ['first'])]);
      expect((await runEnds(engine, run.id)).event.type).toBe('run.completed');
      const ticked = TASKS.replace('[ ] T001', '[x] T001').replace('[ ] T002', '[x] T002');
      expect(`${landed(project, run.branch, 'specs/tasks.md')}\n`).toBe(ticked);
      expect(await readFile(join(project, 'specs/tasks.md'), 'utf8')).toBe(TASKS);
    },
  );

  it.each(['bubblewrap', 'none'] as const)(
    'makes no list beyond a link that leads out of the workspace (%s)',
    async (sandbox) => {
      const { engine, start, project } = await house({ sandbox });
      await mkdir(join(project, 'specs'));
      await mkdir(join(project, 'elsewhere'));
      await writeFile(join(project, 'specs/tasks.md'), TASKS);
      const run = await start([
        step('link', command(`ln -s '${join(project, 'elsewhere')}' specs`)),
        step('phase', joining([], ['T001']), ['link']),
      ]);
      await runEnds(engine, run.id);
      expect((await tasksOf(engine, run.id))[1]?.state).toBe('failed');
      expect(await readdir(join(project, 'elsewhere'))).toEqual([]);
    },
  );

  it.each(['bubblewrap', 'none'] as const)('does not follow a link out of the workspace (%s)', async (sandbox) => {
    const files = { 'specs/tasks.md': TASKS, 'elsewhere.md': TASKS };
    const { engine, start, project } = await house({ files, sandbox });
    const target = join(project, 'elsewhere.md');
    const run = await start([
      step('link', command(`ln -sf '${target}' specs/tasks.md`)),
      step('phase', joining([], ['T001']), ['link']),
    ]);
    await runEnds(engine, run.id);
    expect((await tasksOf(engine, run.id))[1]?.failure?.code).toBe('file_unreadable');
    expect(await readFile(target, 'utf8')).toBe(TASKS);
  });
});
