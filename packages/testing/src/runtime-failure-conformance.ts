import { FusionError } from '@fusion-kit/domain/errors';
import type { Runtime } from '@fusion-kit/domain/ports/runtime';
import { describe, expect, it } from 'vitest';
import type { ChatAnswer, ScriptedCall } from './loopback-model.ts';
import { drive } from './runtime-bench.ts';
import { calling, eventsOf, FINISH, inOrder, running, type MakeBench } from './runtime-script.ts';

/** A call of a model that counts from zero in every answer. */
const same = (command: string): ChatAnswer => calling({ id: 'call_0', tool: 'shell', input: { command } });

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
