import { loopbackModel, type Brain, type ChatRequest, type LoopbackModel } from '@fusion-kit/testing/loopback-model';
import { afterEach, expect, it } from 'vitest';
import { agentWork, eventually, node, runEnds, tasksOf } from './house.ts';
import { git } from './real-server.ts';
import { openWorkingHouse, upstreamOf, type WorkingHouse } from './working-house.ts';

const open: (WorkingHouse | LoopbackModel)[] = [];
afterEach(async () => {
  for (const each of open.splice(0).toReversed()) await each.close();
});

async function house(brain: Brain, agents: number) {
  const model = await loopbackModel(brain);
  open.push(model);
  const team = Array.from({ length: agents }, () => ({ runtime: 'model-loop' }));
  const opened = await openWorkingHouse({ upstream: upstreamOf(model), team });
  open.push(opened);
  return { ...opened, model };
}
const once = { requires: [], retry: { limit: 1, backoffMs: 0 } };
const says = ({ messages }: ChatRequest, text: string) => messages.some(({ content }) => content.includes(text));
const toolsDone = ({ messages }: ChatRequest) => messages.filter(({ role }) => role === 'tool').length;
const finish = (outputs: Record<string, string> = {}) => ({
  calls: [{ tool: 'finish', input: { summary: 'done', outputs } }],
});
const write = (content: string) => ({ calls: [{ tool: 'write_file', input: { path: 'read me.txt', content } }] });

it('an output that breaks its schema is given back at once, with where it breaks it, and no attempt is used up when it is mended', async () => {
  const schema = { type: 'object', required: ['total'], properties: { total: { type: 'integer' } } };
  const { engine, start, model } = await house(
    (request) => finish({ sum: says(request, '/total must be integer') ? '{"total":3}' : '{"total":"three"}' }),
    1,
  );
  const work = { ...agentWork('sum'), outputs: ['sum'], outputSchemas: { sum: schema } };
  const run = await start([node('sum', [], { ...once, work })]);
  expect((await runEnds(engine, run.id)).event.type).toBe('run.completed');
  const [task] = await tasksOf(engine, run.id);
  expect(task).toMatchObject({ attempts: 0, outputs: { sum: '{"total":3}' } });
  expect(model.requests).toHaveLength(2);
  expect(says(model.requests[0]!, '- sum: JSON text, nothing before or after it, that keeps to {')).toBe(true);
});

it('an output that stays wrong ends the attempt, and the next one hears why and can mend it as often', async () => {
  const schema = { type: 'object', required: ['total'] };
  const { engine, start, model } = await house(
    (request) => finish({ sum: says(request, 'Attempt 1 was not accepted') ? '{"total":3}' : '{}' }),
    1,
  );
  const work = { ...agentWork('sum'), outputs: ['sum'], outputSchemas: { sum: schema } };
  const run = await start([node('sum', [], { ...once, work })]);
  expect((await runEnds(engine, run.id)).event.type).toBe('run.completed');
  const [task] = await tasksOf(engine, run.id);
  expect(task).toMatchObject({ attempts: 1, outputs: { sum: '{"total":3}' } });
  expect(model.requests).toHaveLength(5);
  const [first, second] = await engine.events(0, 10, { types: ['turn.opened', 'turn.told'] });
  expect([first?.event.type, second?.event]).toMatchObject(['turn.opened', { attempt: 2 }]);
});

it('work that could not be merged is done again on top of what has landed, in the same conversation', async () => {
  let landed: Promise<unknown> = Promise.resolve();
  const { engine, start, project } = await house(async (request) => {
    if (says(request, 'Do one.')) return toolsDone(request) === 0 ? write('one\n') : finish();
    if (toolsDone(request) === 0) return write('two\n');
    if (toolsDone(request) === 1) {
      await landed; // so that both began at the same commit
      return finish();
    }
    if (says(request, 'without yours')) return toolsDone(request) === 2 ? write('one\ntwo\n') : finish();
    return finish();
  }, 2);
  landed = eventually(engine, ['task.completed']);
  const run = await start([node('one', [], once), node('two', [], once)]);
  expect((await runEnds(engine, run.id)).event.type).toBe('run.completed');
  const [, two] = await tasksOf(engine, run.id);
  expect(two).toMatchObject({ attempts: 1, fence: 2, receipt: { files: [{ path: 'read me.txt' }] } });
  expect(git(project, 'show', `${run.branch}:read me.txt`)).toBe('one\ntwo');
  const { length } = await engine.events(0, 10, { taskId: two!.id, types: ['turn.opened'] });
  expect(length).toBe(1);
});
