import type { Runtime, RuntimeEvent } from '@fusion-kit/domain/ports/runtime';
import { describe, expect, it } from 'vitest';
import { CHORES_DONE, checkingBrain } from './checking-brain.ts';
import { READING_CONTEXT, READING_FILES, readingBrain } from './reading-brain.ts';
import { drive, driveAndCrash, type Driven } from './runtime-bench.ts';
import { eventsOf, inOrder, running, type MakeBench } from './runtime-script.ts';
import { messageId } from './turn-bench.ts';

async function wholeRun(runtime: Runtime, bench: MakeBench): Promise<Driven> {
  const { turn } = await bench(checkingBrain, { outputs: ['answer'] });
  return drive(runtime, turn);
}

/** The part of the runtime suite about conversations that are gone on with, wherever they were interrupted. */
export function runtimeResumeConformance(make: () => Runtime, bench: MakeBench): void {
  describe('resumes', () => {
    it.each([
      { late: false, when: 'right after an event was kept' },
      { late: true, when: 'after the next thing was done but not kept' },
    ])('the same conversation from every point, dropped $when', async ({ late }) => {
      const total = (await wholeRun(make(), bench)).events.length;
      for (let keep = 1; keep <= total; keep++) {
        const { turn, model, fileText } = await bench(checkingBrain, { outputs: ['answer'] });
        const history = await driveAndCrash(make(), turn, { keep, late });
        if (!history) throw new Error(`the turn ended before event ${keep}`);
        const before = model.requests.at(-1)?.messages ?? [];
        const { result, events } = await drive(make(), { ...turn, history });

        expect(result).toEqual({ summary: CHORES_DONE.summary, outputs: CHORES_DONE.outputs });
        // A line too many in the log would be a command that ran twice.
        for (const [path, text] of Object.entries(CHORES_DONE.files)) expect(fileText(path)).toBe(text);
        const callIds = eventsOf([...history, ...events], 'tool.called').map((event) => event.callId);
        expect(new Set(callIds).size).toBe(callIds.length);
        const after = model.requests.at(-1)?.messages ?? [];
        expect(after.slice(0, before.length)).toEqual(before);
      }
    });

    describe('a conversation that grows longer than the model takes', () => {
      const reading = async () => {
        const one = await bench(readingBrain);
        for (const [path, text] of Object.entries(READING_FILES)) one.put(path, text);
        const model = one.turn.model && { ...one.turn.model, contextTokens: () => Promise.resolve(READING_CONTEXT) };
        return { ...one, turn: { ...one.turn, ...(model && { model }) } };
      };
      const timeless = (events: readonly RuntimeEvent[]) =>
        events.map((event) => ('durationMs' in event ? { ...event, durationMs: 0 } : event));

      it('goes on with what is left of it, and notes of what is not', async () => {
        const { turn, model } = await reading();
        const { events, result } = await drive(make(), turn);
        expect(result.summary).toBe('3 parts');
        expect(eventsOf(events, 'turn.compacted').map(({ text }) => text)).toEqual([
          undefined,
          'Notes: 2 parts are read.',
        ]);
        const sizes = model.requests.map(({ messages }) => JSON.stringify(messages).length);
        expect(Math.max(...sizes)).toBeLessThan(READING_CONTEXT * 4);
        expect(model.requests.at(-1)?.messages.some(({ content }) => content.includes('Notes: '))).toBe(true);
      });

      it.each([
        { late: false, when: 'right after an event was kept' },
        { late: true, when: 'after the next thing was done but not kept' },
      ])('is the same when it was dropped $when, at any point', { timeout: 120_000 }, async ({ late }) => {
        const { turn: whole } = await reading();
        const all = timeless((await drive(make(), whole)).events);
        for (let keep = 1; keep <= all.length; keep++) {
          const { turn } = await reading();
          const history = await driveAndCrash(make(), turn, { keep, late });
          if (!history) throw new Error(`the turn ended before event ${keep}`);
          const { events } = await drive(make(), { ...turn, history });
          expect(timeless([...history, ...events])).toEqual(all);
        }
      });
    });

    it('with nothing left to do when it had finished', async () => {
      const { events, result } = await wholeRun(make(), bench);
      const { turn, model } = await bench(checkingBrain, { outputs: ['answer'] });
      expect(await drive(make(), { ...turn, history: events })).toEqual({ events: [], deltas: [], result });
      expect(model.requests).toEqual([]);
    });

    it('without hearing a message again that it was told before', async () => {
      const message = { id: messageId(1), from: 'grace', text: 'hello' };
      const { turn, inbox } = await bench(inOrder(running('true')));
      inbox.push(message);
      const history = (await driveAndCrash(make(), turn, { keep: 3, late: false })) ?? [];
      inbox.push(message);
      const { events } = await drive(make(), { ...turn, history });
      expect(eventsOf([...history, ...events], 'turn.told')).toHaveLength(1);
    });
  });
}
