import { keepText } from '@fusion-kit/domain/kept-text';
import type { WorkflowNode } from '@fusion-kit/domain/workflow';
import { memoryBlobs } from '@fusion-kit/journals/blobs/memory-blobs';
import { describe, expect, it } from 'vitest';
import { node, type Play } from './house.ts';
import { accepting, agent, of, parsed, played, states } from './kinds.ts';

describe('a map', () => {
  const map = (over: string, body: WorkflowNode[], more: object = {}) =>
    of('files', { kind: 'map', over, ...more }, { body });

  it('does its body for every item, no more at a time than it may, and hands on what they gave', async () => {
    const { tasks, home } = await played(
      [
        node('list', [], agent('say ["a.ts","b.ts","c.ts"]')),
        of(
          'files',
          {
            kind: 'map',
            over: 'nodes.list.outputs.said',
            width: 1,
            outputs: { lines: '${{ nodes.fix.outputs.said }}' },
          },
          {
            needs: [{ id: 'list', accept: ['completed'] }],
            body: [
              node('look', [], agent('say ${{ item }}')),
              node('fix', ['look'], agent('say ${{ index }}: ${{ nodes.look.outputs.said }} of ${{ inputs.goal }}')),
            ],
          },
        ),
        node('sum', ['files'], agent("say ${{ join(fromJson(nodes.files.outputs.lines), ' + ') }}")),
      ],
      {},
      { goal: 'tea' },
    );
    expect(tasks['files']).toMatchObject({ state: 'completed', spread: { opened: 3, of: 3 } });
    expect(tasks['sum']?.outputs).toMatchObject({ said: '1: a.ts of tea + 2: b.ts of tea + 3: c.ts of tea' });
    expect(parsed(tasks['files']?.outputs?.['results'])).toHaveLength(3);
    expect((parsed(tasks['files']?.outputs?.['results']) as unknown[])[1]).toEqual({
      look: { summary: 'done', said: 'b.ts' },
      fix: { summary: 'done', said: '2: b.ts of tea' },
    });
    const order = home.starts.map(({ work: { kind }, caller }) => kind && caller.taskId);
    expect(order).toEqual(
      [
        'list',
        'files[1]/look',
        'files[1]/fix',
        'files[2]/look',
        'files[2]/fix',
        'files[3]/look',
        'files[3]/fix',
        'sum',
      ].map((name) => tasks[name]?.id),
    );
  });

  it.each([
    ['a list', "['x', 'y']", ['x', 'y']],
    ['lines of a text', 'inputs.lines', ['one', 'two words']],
    ['nothing', '[]', []],
    ['groups of values', 'fromJson(inputs.groups)', ['{"a":1}']],
  ])('goes over %s', async (_what, over, items) => {
    const { end, tasks } = await played(
      [map(over, [node('say', [], agent('say ${{ item }}'))])],
      {},
      {
        lines: 'one\n\n  two words \n',
        groups: '[{"a":1}]',
      },
    );
    expect(end.type).toBe('run.completed');
    const said = parsed(tasks['files']?.outputs?.['results']) as { say: { said: string } }[];
    expect(said.map((item) => item.say.said)).toEqual(items);
  });

  it.each([
    ['a group', "fromJson('{}')", 'expression_invalid', 'a group of values'],
    ['nothing at all', 'nodes.before.outputs.nope', 'expression_invalid', 'nothing'],
  ])('fails clearly when it is to go over %s', async (_what, over, code, message) => {
    const { tasks } = await played([
      node('before'),
      { ...map(over, [node('say')]), ...accepting('before', 'completed') },
    ]);
    expect(tasks['files']).toMatchObject({
      state: 'failed',
      failure: { code, message: expect.stringContaining(message) },
    });
  });

  it('goes over as many items as a map may have, and over no more', async () => {
    const blobs = memoryBlobs();
    const play: Play = async (start, report) => {
      const said = await keepText(blobs, 'line\n'.repeat(start.title === 'Do few' ? 10_000 : 10_001));
      const receipt = { kind: 'unverified' as const, files: [], fileCount: 0, checks: [], sandbox: 'none' };
      await report({ type: 'dispatch.started' });
      await report({ type: 'dispatch.proved', outputs: { said }, receipt });
    };
    const over = (from: string, id: string) =>
      of(
        id,
        { kind: 'map', over: `nodes.${from}.outputs.said`, width: 1_000 },
        {
          needs: [{ id: from, accept: ['completed'] }],
          body: [of('pass', { kind: 'join' })],
        },
      );
    const { tasks } = await played([node('few'), node('many'), over('few', 'all'), over('many', 'none')], {
      play,
      blobs,
    });
    expect(tasks['none']).toMatchObject({
      failure: { code: 'workflow_too_large', message: expect.stringMatching(/10001/) },
    });
    expect(tasks['all']).toMatchObject({ state: 'completed', spread: { opened: 10_000, of: 10_000 } });
  });

  it('begins no further items after one has failed, lets the others end, and names what failed', async () => {
    const { end, tasks } = await played([
      map("['a', 'fail', 'c', 'd']", [node('do', [], agent('say ${{ item }}')), node('then', ['do'])], { width: 2 }),
      node('after', ['files']),
    ]);
    expect(end).toMatchObject({ type: 'run.failed', failure: { message: 'task files failed' } });
    expect(tasks['files']).toMatchObject({
      state: 'failed',
      failure: { code: 'dependency_failed', message: 'files[2]/do failed', details: { failed: ['files[2]/do'] } },
    });
    expect(states(tasks)).toMatchObject({
      'files[1]/then': 'completed',
      'files[2]/then': 'cancelled',
      after: 'cancelled',
    });
    expect(tasks).not.toHaveProperty('files[4]/do');
  });

  it('that is tolerant leaves null where an item failed', async () => {
    const { end, tasks } = await played([
      map("['a', 'fail', 'c']", [node('do', [], agent('say ${{ item }}'))], {
        tolerant: true,
        outputs: { said: '${{ nodes.do.outputs.said }}' },
      }),
    ]);
    expect(end.type).toBe('run.completed');
    expect(tasks['files']?.outputs?.['said']).toBe('["a",null,"c"]');
  });
});
