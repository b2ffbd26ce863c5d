import { describe, expect, it } from 'vitest';
import { eventually, graph, node, runEnds, startRun } from './house.ts';
import { agent, byNode, echo, of, played } from './kinds.ts';
import { house } from './opened-houses.ts';

describe('a sub-workflow', () => {
  it('of its own runs in the words around it, in maps and loops and itself', async () => {
    const { tasks } = await played(
      [
        node('first', [], agent('say hello')),
        of(
          'outer',
          { kind: 'map', over: "['p', 'q']" },
          {
            needs: [{ id: 'first', accept: ['completed'] }],
            priority: 8,
            affinity: 'story',
            body: [
              of(
                'inner',
                { kind: 'loop', max: 2, outputs: { all: '${{ nodes.deep.outputs.text }}' } },
                {
                  body: [
                    of(
                      'deep',
                      { kind: 'subworkflow', outputs: { text: '${{ nodes.say.outputs.said }}' } },
                      {
                        body: [
                          node(
                            'say',
                            [],
                            agent('say ${{ nodes.first.outputs.said }} ${{ item }}${{ iteration }} ${{ inputs.who }}'),
                          ),
                        ],
                      },
                    ),
                  ],
                },
              ),
            ],
          },
        ),
      ],
      {},
      { who: 'Mia' },
    );
    expect(tasks['outer[2]/inner']?.outputs).toMatchObject({ all: 'hello q2 Mia' });
    expect(tasks['outer[2]/inner#1/deep/say']).toMatchObject({ priority: 8, affinity: 'story', state: 'completed' });
  });

  it('of the project gets its inputs, and only those, and gives what it declares', async () => {
    const home = await house({ play: echo });
    await startRun(
      home,
      graph([node('write', [], agent('say ${{ inputs.about }} in ${{ inputs.tongue }}'))], 1, {
        name: 'notes',
        inputs: { about: {}, tongue: { default: 'plain ${{ words }}' } },
        outputs: { text: '${{ nodes.write.outputs.said }} (${{ inputs.about }})' },
      }),
      { about: 'nothing' },
    );
    const main = graph(
      [
        of('notes', { kind: 'subworkflow', workflow: 'notes', inputs: { about: 'the ${{ inputs.thing }}' } }),
        node('read', ['notes'], agent('say ${{ nodes.notes.outputs.text }}')),
      ],
      1,
      { name: 'main', inputs: { thing: {} } },
    );
    const run = await startRun(home, main, { thing: 'cake' });
    expect((await runEnds(home.engine, run.id)).event.type).toBe('run.completed');
    const tasks = await byNode(home, run.id);
    expect(tasks['read']?.outputs?.['said']).toBe('the cake in plain ${{ words }} (the cake)');
    const inside = home.starts.find(({ caller }) => caller.taskId === tasks['notes/write']?.id);
    expect(inside?.inputs).toEqual({ about: 'the cake', tongue: 'plain ${{ words }}' });
  });

  it('is the one that was there when the run began', async () => {
    const home = await house({ play: echo });
    const notes = (text: string) =>
      graph([node('write', [], agent(`say ${text}`))], 1, { name: 'notes', outputs: { text } });
    await startRun(home, notes('old'));
    const ask = of('ask', { kind: 'approval', message: 'Go on?' });
    const sub = of('notes', { kind: 'subworkflow', workflow: 'notes' }, {}, ['ask']);
    const run = await startRun(home, graph([ask, sub], 1, { name: 'main' }));
    const { event } = await eventually(home.engine, ['task.opened'], { runId: run.id });
    const project = run.projectId;
    await home.engine.saveWorkflow({ project, definition: notes('new'), author: 'test' });
    if (event.type !== 'task.opened') throw new Error('not opened');
    await home.engine.submit({ type: 'task.answer', taskId: event.taskId, option: 'approve', by: 'Mia' });
    await runEnds(home.engine, run.id);
    expect((await byNode(home, run.id))['notes/write']?.outputs?.['said']).toBe('old');
  });

  it.each([
    ['workflow_unknown', 'nobody', {}, 'no workflow called nobody'],
    ['workflow_invalid', 'notes', { abuot: 'x' }, 'did you mean about?'],
    ['input_missing', 'notes', {}, 'does not give about'],
    ['workflow_cycle', 'main', {}, 'main → main'],
    ['workflow_cycle', 'ring', {}, 'main → ring → main'],
    ['workflow_unknown', 'notes@9', { about: 'x' }, 'has no version 9'],
  ])('is refused with %s when the run starts: %s %j', async (code, named, inputs, message) => {
    const home = await house({ play: echo });
    const [workflow, version] = named.split('@');
    await startRun(home, graph([node('a')], 1, { name: 'notes', inputs: { about: { default: 'x' } } }));
    await home.engine.saveWorkflow({
      project: (await home.engine.read((world) => [...world.all('projects')][0]))!.id,
      definition: graph([node('a')], 1, { name: 'notes', inputs: { about: {} } }),
      author: 'test',
    });
    await home.engine.saveWorkflow({
      project: (await home.engine.read((world) => [...world.all('projects')][0]))!.id,
      definition: graph([of('back', { kind: 'subworkflow', workflow: 'main' })], 1, { name: 'ring' }),
      author: 'test',
    });
    const sub = { kind: 'subworkflow', workflow, inputs, ...(version && { version: Number(version) }) };
    await expect(startRun(home, graph([of('sub', sub)], 1, { name: 'main' }))).rejects.toMatchObject({
      code,
      message: expect.stringContaining(message),
    });
  });
});
