import { FusionError } from '@fusion-kit/domain/errors';
import type { Runtime, RuntimeEvent, Turn } from '@fusion-kit/domain/ports/runtime';
import { describe, expect, it } from 'vitest';
import type { ChatAnswer, ScriptedCall } from './loopback-model.ts';
import { drive } from './runtime-bench.ts';
import { calling, eventsOf, FINISH, inOrder, running, type MakeBench } from './runtime-script.ts';

/** A call of a model that counts from zero in every answer. */
const same = (command: string): ChatAnswer => calling({ id: 'call_0', tool: 'shell', input: { command } });

const answering = (answer: string): ChatAnswer =>
  calling({ tool: 'finish', input: { summary: 'done', outputs: { answer } } });
const wanting42: Partial<Turn> = {
  misfits: ({ outputs }) => (outputs['answer'] === '42' ? [] : ['output answer: it has to be 42']),
};

/** The part of the runtime suite about models and providers that err. */
export function runtimeFailureConformance(make: () => Runtime, bench: MakeBench): void {
  describe('bears a model that errs', () => {
    it.each<{ call: ScriptedCall; told: RegExp; why: string }>([
      { why: 'an unknown tool', call: { tool: 'fly', input: {} }, told: /no tool fly.*read_file/ },
      { why: 'a missing argument', call: { tool: 'read_file', input: {} }, told: /path/ },
      { why: 'an argument of the wrong type', call: { tool: 'shell', input: { command: 7 } }, told: /command/ },
      { why: 'broken JSON', call: { tool: 'shell', input: '{"command": "tr' }, told: /JSON/ },
    ])('tells it of $why and lets it go on', async ({ call, told }) => {
      const { turn, model } = await bench(inOrder(calling(call)));
      const { events, result } = await drive(make(), turn);
      expect(result.summary).toBe('done');
      expect(eventsOf(events, 'tool.returned')[0]).toMatchObject({
        isError: true,
        output: expect.stringMatching(told),
      });
      expect(model.requests[1]?.messages.at(-1)).toMatchObject({
        role: 'tool',
        content: expect.stringMatching(told),
      });
    });

    it('keeps calls apart that come with the same id', async () => {
      const { turn, fileText } = await bench(inOrder(same('echo a >> log'), same('echo b >> log')));
      await drive(make(), turn);
      expect(fileText('log')).toBe('a\nb\n');
    });

    it('asks again for outputs that finish leaves out', async () => {
      const { turn } = await bench(
        inOrder(FINISH, calling({ tool: 'finish', input: { summary: 'done', outputs: { answer: '42' } } })),
        { outputs: ['answer'] },
      );
      const { events, result } = await drive(make(), turn);
      expect(result).toEqual({ summary: 'done', outputs: { answer: '42' } });
      expect(eventsOf(events, 'tool.returned')[0]).toMatchObject({
        isError: true,
        output: expect.stringContaining('answer'),
      });
    });

    it('tells it what is wrong with its outputs, and takes them when they are corrected', async () => {
      const { turn } = await bench(inOrder(answering('41'), answering('42')), { outputs: ['answer'] }, wanting42);
      const { events, result } = await drive(make(), turn);
      expect(result.outputs).toEqual({ answer: '42' });
      expect(eventsOf(events, 'tool.returned')[0]).toMatchObject({
        isError: true,
        output: expect.stringContaining('output answer: it has to be 42'),
      });
    });

    it('ends with what is wrong with its outputs when it corrects them in vain', async () => {
      const { turn, model } = await bench(() => answering('41'), { outputs: ['answer'] }, wanting42);
      await expect(drive(make(), turn)).rejects.toMatchObject({
        code: 'output_invalid',
        message: expect.stringContaining('it has to be 42'),
      });
      expect(model.requests).toHaveLength(4);
    });

    it('has as many corrections in another attempt', async () => {
      const { turn } = await bench(
        (_, number) => answering(number < 7 ? '41' : '42'),
        { outputs: ['answer'] },
        wanting42,
      );
      const history: RuntimeEvent[] = [];
      const first = drive(make(), turn, { onEvent: (event) => history.push(event) });
      await expect(first).rejects.toMatchObject({ code: 'output_invalid' });
      const { result, events } = await drive(make(), { ...turn, history, attempt: 2, note: 'It was 41.' });
      expect(events[0]).toMatchObject({ type: 'turn.told', text: 'It was 41.', attempt: 2 });
      expect(result.outputs).toEqual({ answer: '42' });
    });

    it('tells it once that it repeats itself, then ends the attempt', async () => {
      const { turn, model } = await bench(() => running('true'));
      const events: RuntimeEvent[] = [];
      await expect(drive(make(), turn, { onEvent: (event) => events.push(event) })).rejects.toMatchObject({
        code: 'agent_looping',
        message: expect.stringContaining('shell was called with the same result 7 times'),
      });
      expect(model.requests).toHaveLength(7);
      expect(eventsOf(events, 'turn.told')).toMatchObject([{ text: expect.stringContaining('same calls') }]);
    });

    it('says context_exceeded when the task itself is more than it takes', async () => {
      const { turn, model } = await bench(inOrder(), { prompt: 'word '.repeat(2_000) });
      const small = turn.model && { ...turn.model, contextTokens: () => Promise.resolve(3_000) };
      await expect(drive(make(), { ...turn, ...(small && { model: small }) })).rejects.toMatchObject({
        code: 'context_exceeded',
      });
      expect(model.requests).toEqual([]);
    });

    it('reminds it once when it only talks, then takes its words for the summary', async () => {
      const { turn, model } = await bench(inOrder({ text: 'All is well.' }, { text: 'Really, it is.' }));
      expect((await drive(make(), turn)).result).toEqual({ summary: 'Really, it is.', outputs: {} });
      expect(model.requests).toHaveLength(2);
      expect(model.requests[1]?.messages.at(-1)).toMatchObject({
        role: 'user',
        content: expect.stringContaining('finish'),
      });
    });

    it('fails with the names of the outputs it never gave', async () => {
      const { turn } = await bench(inOrder({ text: 'Hm.' }, { text: 'Hm.' }), { outputs: ['answer', 'reason'] });
      await expect(drive(make(), turn)).rejects.toMatchObject({
        code: 'agent_gave_up',
        message: expect.stringContaining('answer, reason'),
      });
    });

    it('stops at the step limit', async () => {
      const { turn, model } = await bench(() => running('true'), {
        maxSteps: 3,
      });
      await expect(drive(make(), turn)).rejects.toMatchObject({ code: 'step_limit' });
      expect(model.requests).toHaveLength(3);
    });
  });

  describe('bears a provider that fails', () => {
    it.each<{ answer: ChatAnswer; why: string }>([
      { why: 'breaks the connection', answer: { cutAfter: 'I was about to' } },
      { why: 'sends an error inside the stream', answer: { brokenBy: { code: 502, message: 'upstream fell over' } } },
      { why: 'answers with nothing', answer: { empty: true } },
      { why: 'stops in a tool call', answer: { stopInCall: { tool: 'shell', input: { command: 'touch wrong' } } } },
    ])('discards an answer when it $why, and asks again', async ({ answer }) => {
      const { turn, model, fileText } = await bench(inOrder(answer, answer));
      const { events, result } = await drive(make(), turn);
      expect(result.summary).toBe('done');
      expect(eventsOf(events, 'step.answered')).toHaveLength(1);
      expect(model.requests).toHaveLength(3);
      expect(fileText('wrong')).toBeUndefined();
    });

    it('says provider_failed when every answer breaks', async () => {
      const { turn } = await bench(() => ({ brokenBy: { code: 502, message: 'upstream fell over' } }));
      await expect(drive(make(), turn)).rejects.toMatchObject({
        code: 'provider_failed',
        message: expect.stringContaining('upstream fell over'),
      });
    });

    it('does not repeat a request that the provider refuses', async () => {
      const { turn, model } = await bench(() => ({ status: 400, body: { error: { message: 'context too long' } } }));
      await expect(drive(make(), turn)).rejects.toMatchObject({
        code: 'provider_failed',
        message: expect.stringContaining('context too long'),
      });
      expect(model.requests).toHaveLength(1);
    });

    it('passes on what the endpoint throws, unchanged', async () => {
      const { turn } = await bench(inOrder());
      const refused = new FusionError('provider_limited', 'come back', { retryAfterMs: 5_000 });
      const model = turn.model && { ...turn.model, fetch: () => Promise.reject(refused) };
      await expect(drive(make(), { ...turn, ...(model && { model }) })).rejects.toBe(refused);
    });
  });
}
