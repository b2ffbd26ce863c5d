import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Task } from '@fusion-kit/domain/task';
import { memoryBlobs } from '@fusion-kit/journals/blobs/memory-blobs';
import { afterEach, describe, expect, it } from 'vitest';
import {
  eventually,
  graph,
  type HouseOptions,
  node,
  openHouse,
  type Play,
  runEnds,
  startRun,
  tasksOf,
} from './house.ts';
import { accepting, agent, byNode, echo, of, states } from './kinds.ts';
import { closeHouses, house } from './opened-houses.ts';

describe('a restart', () => {
  const directories: string[] = [];
  afterEach(async () => {
    await closeHouses();
    for (const each of directories.splice(0)) await rm(each, { recursive: true });
  });
  /** A house that can be opened again on the same data. */
  const lasting = async (): Promise<HouseOptions> => {
    const directory = await mkdtemp(join(tmpdir(), 'fusion-kit-kinds-'));
    directories.push(directory);
    return { directory, blobs: memoryBlobs() };
  };
  /** Answers the first `times` dispatches, and begins the others without an end. */
  const lazy = (times: number): Play => {
    let left = times;
    return (start, report) => ((left -= 1) >= 0 ? echo(start, report) : void report({ type: 'dispatch.started' }));
  };

  it.each([0, 1, 2, 3])(
    'in the middle of a map, a loop and a sub-workflow, after %i tasks, loses and doubles nothing',
    async (done) => {
      const data = await lasting();
      const first = await openHouse({ ...data, play: lazy(done) });
      const nodes = [
        of(
          'map',
          { kind: 'map', over: "['a', 'b', 'c']", width: 2 },
          {
            body: [
              of(
                'loop',
                { kind: 'loop', max: 3, until: 'iteration == 2' },
                {
                  body: [
                    of(
                      'sub',
                      { kind: 'subworkflow' },
                      { body: [node('do', [], agent('say ${{ item }}${{ iteration }}'))] },
                    ),
                  ],
                },
              ),
            ],
          },
        ),
        node('end', ['map']),
      ];
      const run = await startRun(first, graph(nodes, 1));
      await eventually(first.engine, ['task.started']);
      if (done > 0) await eventually(first.engine, ['task.completed']);
      await first.close();
      const second = await house({ ...data, play: echo });
      expect((await runEnds(second.engine, run.id)).event.type).toBe('run.completed');
      const rows = await tasksOf(second.engine, run.id);
      const names = rows.map((task) => task.node);
      expect(new Set(names).size).toBe(names.length);
      expect(rows.every(({ state }) => state === 'completed')).toBe(true);
      expect(names.filter((name) => name.endsWith('/do'))).toHaveLength(6);
      const created = await second.engine.events(0, 1_000, { types: ['task.completed'], runId: run.id });
      expect(created).toHaveLength(rows.length);
    },
  );

  it('does not give a run more time', async () => {
    const data = await lasting();
    let now = 1_000_000;
    const clock = () => now;
    const first = await openHouse({ ...data, clock, play: lazy(0) });
    const run = await startRun(first, graph([node('a')], 1, { timeoutMs: 60_000 }));
    expect(run.deadlineAt).toBe(1_060_000);
    await first.close();
    now += 60_000;
    const second = await house({ ...data, clock, play: lazy(0) });
    expect((await runEnds(second.engine, run.id)).event).toMatchObject({ failure: { code: 'run_timeout' } });
  });

  it('keeps an approval open, and its time running', async () => {
    const data = await lasting();
    let now = 1_000_000;
    const clock = () => now;
    const first = await openHouse({ ...data, clock });
    const ask = of('ask', { kind: 'approval', message: 'Well?' }, { timeoutMs: 60_000 });
    const other = of('other', { kind: 'approval', message: 'And?' }, { timeoutMs: 600_000 });
    const run = await startRun(first, graph([ask, other]));
    await eventually(first.engine, ['task.opened']);
    await first.engine.read(() => undefined);
    await first.close();
    now += 60_000;
    const second = await house({ ...data, clock });
    const { event } = await eventually(second.engine, ['task.failed'], { runId: run.id });
    expect(event).toMatchObject({ failure: { code: 'approval_timeout' } });
    const tasks = await byNode(second, run.id);
    expect(tasks['other']?.state).toBe('running');
    await second.engine.submit({ type: 'task.answer', taskId: tasks['other']!.id, option: 'approve', by: 'Mia' });
    expect((await runEnds(second.engine, run.id)).event.type).toBe('run.failed');
  });
});

describe('a run', () => {
  it('begins nothing of the house while it is paused, and goes on after', async () => {
    const home = await house({ play: echo });
    const ask = of('ask', { kind: 'approval', message: 'Well?' });
    const list = of('list', { kind: 'map', over: "['a', 'b']" }, { body: [node('do')] }, ['ask']);
    const run = await startRun(home, graph([ask, list, of('met', { kind: 'join' }, {}, ['ask'])]));
    const { event } = await eventually(home.engine, ['task.opened']);
    await home.engine.submit({ type: 'run.pause', runId: run.id });
    const { taskId } = event as { taskId: Task['id'] };
    await home.engine.submit({ type: 'task.answer', taskId, option: 'approve', by: 'Mia' });
    for (let turn = 0; turn < 20; turn += 1) await new Promise((resolve) => setImmediate(resolve));
    expect(states(await byNode(home, run.id))).toEqual({ ask: 'completed', list: 'queued', met: 'queued' });
    await home.engine.submit({ type: 'run.resume', runId: run.id });
    expect((await runEnds(home.engine, run.id)).event.type).toBe('run.completed');
  });

  it('that is cancelled, or whose map is skipped by a person, ends all that is inside', async () => {
    const home = await house({ play: (_start, report) => void report({ type: 'dispatch.started' }) });
    const deep = of('in', { kind: 'subworkflow' }, { body: [node('do'), node('then', ['do'])] });
    const list = of('list', { kind: 'map', over: "['a', 'b']" }, { body: [deep] });
    const run = await startRun(home, graph([list, node('after', [], accepting('list', 'skipped'))]));
    await eventually(home.engine, ['task.started']);
    const taskId = (await byNode(home, run.id))['list']!.id;
    await home.engine.submit({ type: 'task.skip', taskId, reason: 'not needed' });
    const tasks = await byNode(home, run.id);
    expect(states(tasks)).toMatchObject({ list: 'skipped', 'list[1]/in': 'cancelled', 'list[2]/in/then': 'cancelled' });
    expect(['queued', 'assigned', 'running']).toContain(tasks['after']?.state);
    await home.engine.submit({ type: 'run.cancel', runId: run.id, reason: 'enough' });
    expect(Object.values(await byNode(home, run.id)).every(({ finishedAt }) => finishedAt !== undefined)).toBe(true);
  });

  it('fails when its time is over, with all that is open in it', async () => {
    const home = await house({ play: (_start, report) => void report({ type: 'dispatch.started' }) });
    const run = await startRun(home, graph([node('a'), node('b', ['a'])], 1, { timeoutMs: 50 }));
    expect((await runEnds(home.engine, run.id)).event).toMatchObject({
      type: 'run.failed',
      failure: { code: 'run_timeout' },
    });
    expect(states(await byNode(home, run.id))).toEqual({ a: 'cancelled', b: 'cancelled' });
  });

  it('has shell agents for its commands when its team has none, and puts values into commands as one word', async () => {
    const home = await house({ play: echo });
    const run = await startRun(
      home,
      graph([of('show', { kind: 'command', run: 'echo ${{ inputs.name }}', env: { NAME: '${{ inputs.name }}' } })], 1, {
        inputs: { name: {} },
      }),
      { name: "O'Neill; rm -rf /" },
    );
    await runEnds(home.engine, run.id);
    const [start] = home.starts;
    expect(start?.agent).toMatchObject({ name: 'shell-1', runtime: 'shell' });
    expect(start?.work).toMatchObject({
      run: String.raw`echo 'O'\''Neill; rm -rf /'`,
      env: { NAME: "O'Neill; rm -rf /" },
    });
  });
});
