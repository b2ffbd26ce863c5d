import { FusionError } from '@fusion-kit/domain/errors';
import type { Runtime, Turn } from '@fusion-kit/domain/ports/runtime';
import { describe, expect, it, vi } from 'vitest';
import { CHORES_DONE, checkingBrain } from './checking-brain.ts';
import { drive } from './runtime-bench.ts';
import { runtimeFailureConformance } from './runtime-failure-conformance.ts';
import { runtimeResumeConformance } from './runtime-resume-conformance.ts';
import { benchesOfSuite, calling, eventsOf, FINISH, inOrder, running } from './runtime-script.ts';
import { messageId } from './turn-bench.ts';

/**
 * What a runtime that calls models itself promises beside `runtimeConformance`. It is expected to offer the tools
 * `read_file write_file edit_file shell send_message finish`.
 */
export function modelRuntimeConformance(name: string, make: () => Runtime): void {
  describe(`runtime ${name}, with its model`, () => {
    const bench = benchesOfSuite();

    describe('works', () => {
      it('does the work in the workspace and hands over its claim', async () => {
        const { turn, fileText } = await bench(checkingBrain, { outputs: ['answer'] });
        const { result, events } = await drive(make(), turn);
        expect(result).toEqual({ summary: CHORES_DONE.summary, outputs: CHORES_DONE.outputs });
        for (const [path, text] of Object.entries(CHORES_DONE.files)) expect(fileText(path)).toBe(text);
        expect(eventsOf(events, 'step.answered').map((event) => event.step)).toEqual([1, 2, 3]);
        expect(eventsOf(events, 'tool.returned').every((event) => !event.isError)).toBe(true);
      });

      it('names the task, the agent and its team to the model', async () => {
        const { turn, model } = await bench(inOrder());
        await drive(make(), turn);
        const [system, task] = model.requests[0]?.messages ?? [];
        expect(task?.content.split('\n')).toContain(`Task: ${turn.title}`);
        expect(system?.content).toMatch(/ada[\s\S]*Prefer small steps\.[\s\S]*grace/);
      });

      it('streams text as it is written, and keeps it whole', async () => {
        const { turn } = await bench(inOrder({ text: 'First I look around.', ...FINISH }));
        const { deltas, events } = await drive(make(), turn);
        expect(deltas.length).toBeGreaterThan(1);
        expect(deltas.join('')).toBe('First I look around.');
        expect(eventsOf(events, 'step.answered')[0]?.text).toBe('First I look around.');
      });

      it('runs a tool only after its call is kept', async () => {
        const { turn, fileText } = await bench(inOrder(running('touch ran')));
        const seen: (string | undefined)[] = [];
        await drive(make(), turn, {
          onEvent: (event) => {
            if (event.type === 'tool.called' && event.tool === 'shell') seen.push(fileText('ran'));
          },
        });
        expect(seen).toEqual([undefined]);
        expect(fileText('ran')).toBe('');
      });

      it('sends messages to others, and tells the model of an unknown address', async () => {
        const { turn, sent } = await bench(
          inOrder(
            calling({ tool: 'send_message', input: { to: 'grace', text: 'please look' } }),
            calling({ tool: 'send_message', input: { to: 'nobody', text: 'hello?' } }),
          ),
        );
        const send: Turn['send'] = (message) =>
          message.to === 'nobody'
            ? Promise.reject(new FusionError('agent_unknown', 'there is no agent nobody'))
            : turn.send(message);
        const { events } = await drive(make(), { ...turn, send });
        expect(sent).toEqual([{ to: 'grace', text: 'please look' }]);
        expect(eventsOf(events, 'tool.returned')[1]).toMatchObject({
          isError: true,
          output: 'there is no agent nobody',
        });
      });
    });

    describe('is steered', () => {
      it('reads a message at the next tool boundary, and one that comes twice only once', async () => {
        const { turn, inbox, model } = await bench(inOrder(running('true'), running('true')));
        const message = { id: messageId(7), from: 'grace', topic: 'review.ready', text: 'use tabs' };
        const { events } = await drive(make(), turn, {
          onEvent: (event) => {
            if (event.type === 'tool.returned') inbox.push(message);
          },
        });
        expect(eventsOf(events, 'turn.told').map((event) => event.messageIds)).toEqual([[message.id]]);
        const [first, second] = model.requests;
        expect(first?.messages.some(({ content }) => content.includes('use tabs'))).toBe(false);
        expect(second?.messages.at(-1)?.content).toMatch(/grace[\s\S]*review\.ready[\s\S]*use tabs/);
      });

      it('stops while the model is answering when aborted', async () => {
        const { turn } = await bench(inOrder({ hangAfter: 'Let me' }));
        const abort = new AbortController();
        const steps = make().run(turn, abort.signal);
        for (let value; (value = (await steps.next()).value);) if ('type' in value && value.type === 'delta') break;
        abort.abort(new FusionError('shutting_down', 'stop'));
        await expect(steps.next()).rejects.toMatchObject({ code: 'shutting_down' });
      });

      it('hangs up on the model when it is dropped in the middle of an answer', async () => {
        const { turn, model } = await bench(inOrder({ hangAfter: 'Let me' }));
        const steps = make().run(turn, new AbortController().signal);
        for (let value; (value = (await steps.next()).value);) if ('type' in value && value.type === 'delta') break;
        await steps.return({ summary: '', outputs: {} });
        await vi.waitFor(() => expect(model.openAnswers()).toBe(0), { timeout: 10_000, interval: 10 });
      });
    });

    runtimeResumeConformance(make, bench);
    runtimeFailureConformance(make, bench);
  });
}
