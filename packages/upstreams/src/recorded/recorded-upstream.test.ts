import { AgentId, DispatchId, ProjectId, RunId, TaskId } from '@fusion-kit/domain/ids';
import { describe, expect, it } from 'vitest';
import { firstDifference } from './first-difference.ts';
import { recordedUpstream, type RecordedCall } from './recorded-upstream.ts';

const caller = {
  projectId: ProjectId.parse('prj_00000000000000000000000001'),
  runId: RunId.parse('run_00000000000000000000000001'),
  taskId: TaskId.parse('tsk_00000000000000000000000001'),
  agentId: AgentId.parse('agt_00000000000000000000000001'),
  dispatchId: DispatchId.parse('dsp_00000000000000000000000001'),
};
const like = { protocol: 'openai', baseUrl: 'http://nowhere.invalid', wires: {}, defaultModel: undefined } as const;
const bodyOf = (text: string) => JSON.stringify({ model: 'm', messages: [{ role: 'user', content: text }] });
const call = (number: number, text: string, response = `{"n":${number}}`): RecordedCall => ({
  node: 'plan',
  attempt: 1,
  call: number,
  answers: number - 1,
  request: bodyOf(text),
  response,
});

const recorded = (calls: readonly RecordedCall[], node = 'plan', answersBefore = 0) => {
  const upstream = recordedUpstream({
    id: 'rec',
    like,
    calls: async () => calls,
    placeOf: async () => ({ node, attempt: 1 }),
    answersBefore: async () => answersBefore,
  });
  return (text: string) =>
    upstream.fetch(caller, 'http://nowhere.invalid/responses', { method: 'POST', body: bodyOf(text) });
};

describe('a recorded provider', () => {
  it('answers calls in their order, streams as streams', async () => {
    const ask = recorded([call(1, 'one'), call(2, 'two', 'data: {}\n\n')]);

    expect(await (await ask('one')).json()).toEqual({ n: 1 });
    const second = await ask('two');
    expect(second.headers.get('content-type')).toBe('text/event-stream');
    expect(await second.text()).toBe('data: {}\n\n');
  });

  it('names the first call that asks something else, and what', async () => {
    const ask = recorded([call(1, 'one'), call(2, 'two')]);
    await ask('one');
    const error = await ask('three').catch((thrown: unknown) => thrown);

    expect(error).toMatchObject({ code: 'record_diverges', details: { node: 'plan', attempt: 1, call: 2 } });
    expect(error).toMatchObject({
      message: 'node plan, attempt 1, call 2: messages[0].content was "two", and is "three"',
    });
  });

  it('names the call that the record does not hold', async () => {
    await expect(recorded([call(1, 'one')], 'build')('one')).rejects.toMatchObject({
      message: 'node build, attempt 1, call 1: the record ends before it',
    });
  });

  it('goes on where the conversation is that a dispatch goes on with', async () => {
    const emptyFirst = [call(1, 'one'), { ...call(2, 'one'), answers: 0 }, { ...call(3, 'two'), answers: 1 }];

    const ask = recorded([...emptyFirst, { ...call(4, 'three'), answers: 2 }], 'plan', 1);

    expect(await (await ask('two')).json()).toEqual({ n: 3 });
    expect(await (await ask('three')).json()).toEqual({ n: 4 });
  });

  it('does not answer from a record that is not whole', async () => {
    const ask = recorded([call(1, 'one', '[7 characters left out]…{"n":1}')]);

    await expect(ask('one')).rejects.toMatchObject({ code: 'record_diverges' });
  });
});

describe('what differs', () => {
  it.each([
    ['ids', 'task tsk_01ARZ3NDEKTSV4RRFFQ69G5FAV', 'task tsk_01BX5ZZKBKACTAV9WEVGEMMVRZ'],
    ['commits', `at ${'a'.repeat(40)}`, `at ${'b'.repeat(40)}`],
    ['times', 'at 2026-11-22T10:00:00.000Z it took 12.5 ms', 'at 2026-11-23T11:11:11Z it took 3 s'],
    ['branches of runs', 'on fusion/shop-abcd1234', 'on fusion/shop-wxyz9876'],
  ])('in %s means nothing', (_what, before, now) => {
    expect(firstDifference(bodyOf(before), bodyOf(now))).toBeUndefined();
  });

  it('in what a provider adds means nothing', () => {
    expect(firstDifference('{"model":"m","max_tokens":5}', '{"model":"m"}')).toBeUndefined();
  });

  it('is shown around its place', () => {
    const long = 'x'.repeat(200);
    expect(firstDifference(bodyOf(`${long}left`), bodyOf(`${long}right`))).toBe(
      `messages[0].content was "…${'x'.repeat(30)}left", and is "…${'x'.repeat(30)}right"`,
    );
  });
});
