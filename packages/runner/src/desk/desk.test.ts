import type { FusionError } from '@fusion-kit/domain/errors';
import type { AgentWork } from '@fusion-kit/domain/nodes/agent';
import type { PersonsAnswer, RuntimeEvent } from '@fusion-kit/domain/ports/runtime';
import { sampleId } from '@fusion-kit/testing/journal-samples';
import { mapBlobs, promised, sampleStart } from '@fusion-kit/testing/runner-parts';
import { describe, expect, it } from 'vitest';
import { Mailbox } from '../mailbox.ts';
import { Pulse } from '../pulse.ts';
import { type DeskParts, type DeskReport, openDesk } from './desk.ts';
import { DESK_LIMITS } from './quota.ts';

const work = {
  ...(sampleStart().work as AgentWork),
  outputs: ['price'],
  outputSchemas: { price: { type: 'integer' } },
};
const forever = new AbortController().signal;
const refusal = (code: FusionError['code']) => expect.objectContaining({ code });

function desk(change: Partial<DeskParts> = {}) {
  const [kept, reports]: [RuntimeEvent[], DeskReport[]] = [[], []];
  const mailbox = new Mailbox();
  const opened = openDesk({
    assignment: { title: 'Price it', work, inputs: {} },
    history: [],
    blobs: mapBlobs(),
    mailbox,
    pulse: new Pulse(),
    send: async () => undefined,
    ask: () => new Promise(() => {}),
    keep: async (event) => void kept.push(event),
    report: async (report) => (reports.push(report), { ok: true }),
    ...change,
  });
  return { ...opened, kept, reports, mailbox };
}

describe('outputs', () => {
  it('are kept one by one, and none of a call in which one does not fit', async () => {
    const { work: at, outputs, kept } = desk();
    await expect(at.report({ summary: 'done', price: '"dear"' })).rejects.toEqual(refusal('output_invalid'));
    await expect(at.report({ summary: 'done', prize: '1' })).rejects.toEqual(refusal('output_unknown'));
    expect(outputs()).toEqual({});
    expect(await at.report({ price: '5' })).toEqual(['summary']);
    expect(await at.report({ summary: 'done', price: '5' })).toEqual([]);
    expect(kept).toEqual([
      { type: 'output.reported', name: 'price', text: '5' },
      { type: 'output.reported', name: 'summary', text: 'done' },
    ]);
  });

  it('outlive an interruption: a conversation that goes on has what it gave', async () => {
    const { work: at, outputs } = desk({ history: [{ type: 'output.reported', name: 'price', text: '5' }] });
    expect(outputs()).toEqual({ price: '5' });
    expect(await at.report({ summary: 'done' })).toEqual([]);
  });
});

describe('signs of life', () => {
  it('progress is one', async () => {
    let now = 0;
    const pulse = new Pulse(() => now);
    const { work: at } = desk({ pulse });
    now = 100_000;
    expect(pulse.look().quietMs).toBe(100_000);
    await at.progress({ text: 'half of it' });
    expect(pulse.look().quietMs).toBe(0);
  });

  it('whoever waits for a message is not taken for one who hangs', async () => {
    const pulse = new Pulse();
    const { post, mailbox } = desk({ pulse });
    const reading = post.read(60_000, forever);
    expect(pulse.look().bounded).toBe(true);
    mailbox.put([{ id: sampleId('msg', 1), from: 'ann', text: 'hello' }]);
    expect(await reading).toEqual([{ id: sampleId('msg', 1), from: 'ann', text: 'hello' }]);
    expect(pulse.look().bounded).toBe(false);
  });
});

describe('messages', () => {
  it('stay for the next reader when nobody waits any more', async () => {
    const { post, mailbox, kept } = desk();
    const gone = new AbortController();
    const reading = post.read(60_000, gone.signal);
    gone.abort();
    mailbox.put([{ id: sampleId('msg', 1), from: 'ann', topic: 'plan.ready', text: 'hello' }]);
    expect(await reading).toEqual([]);
    expect(await post.read(0, forever)).toHaveLength(1);
    expect(kept).toEqual([
      { type: 'turn.told', text: 'Message from ann on plan.ready:\nhello', messageIds: [sampleId('msg', 1)] },
    ]);
    expect(await post.read(0, forever)).toEqual([]);
  });
});

describe('a question', () => {
  const question = { text: 'Well?', options: [] };

  it('is asked once however often it is waited for, and again when it was answered', async () => {
    const answers = [promised<PersonsAnswer>(), promised<PersonsAnswer>()];
    let asked = 0;
    const { post } = desk({ ask: () => answers[asked++]!.promise });
    expect(await post.ask(question, 0, forever)).toBeUndefined();
    const waiting = post.ask(question, 60_000, forever);
    answers[0]!.resolve({ text: 'yes', by: 'Mia' });
    expect(await waiting).toEqual({ text: 'yes', by: 'Mia' });
    expect(asked).toBe(1);
    answers[1]!.resolve({ text: 'no', by: 'Mia' });
    expect(await post.ask(question, 60_000, forever)).toEqual({ text: 'no', by: 'Mia' });
    expect(asked).toBe(2);
  });

  it('that is answered when nobody waits is answered to whoever looks for messages next', async () => {
    const answer = promised<PersonsAnswer>();
    const { post, kept } = desk({ ask: () => answer.promise });
    expect(await post.ask(question, 0, forever)).toBeUndefined();
    const reading = post.read(60_000, forever);
    answer.resolve({ option: 'green', text: 'but not too much', by: 'Mia' });
    const letter = { from: 'Mia', text: 'On your question "Well?": green. but not too much' };
    expect(await reading).toEqual([letter]);
    expect(kept).toEqual([{ type: 'turn.told', text: `Message from Mia:\n${letter.text}`, messageIds: [] }]);
    expect(await post.read(0, forever)).toEqual([]);
  });

  it('whose answer went to somebody who had gone is not lost', async () => {
    const answer = promised<PersonsAnswer>();
    const { post } = desk({ ask: () => answer.promise });
    const gone = new AbortController();
    const waiting = post.ask(question, 60_000, gone.signal);
    answer.resolve({ text: 'yes', by: 'Mia' });
    gone.abort();
    await waiting;
    expect(await post.read(0, forever)).toEqual([{ from: 'Mia', text: 'On your question "Well?": yes' }]);
  });

  it('that is refused is not waited for again', async () => {
    const { post } = desk({ ask: () => Promise.reject(new Error('no')) });
    await expect(post.ask(question, 60_000, forever)).rejects.toThrow('no');
    await expect(post.ask(question, 60_000, forever)).rejects.toThrow('no');
  });
});

describe('a flood', () => {
  it.each([
    ['messages', ({ post }: ReturnType<typeof desk>) => post.send({ to: 'ann', text: 'x' })],
    [
      'questions',
      ({ post }: ReturnType<typeof desk>, n: number) => post.ask({ text: `${n}`, options: [] }, 0, forever),
    ],
    ['changes of subscriptions', ({ post }: ReturnType<typeof desk>) => post.subscribe({ add: ['a.b'], remove: [] })],
    ['outputs', ({ work: at }: ReturnType<typeof desk>, n: number) => at.report({ price: `${n}` })],
  ] as const)('of %s ends at what one dispatch may have', async (what, act) => {
    const team = { you: 'ann', subscriptions: [], members: [], membersCount: 0 };
    const one = desk({ report: async () => ({ ok: true, team }) });
    for (let n = 0; n < DESK_LIMITS[what]; n += 1) await act(one, n);
    await expect((async () => act(one, -1))()).rejects.toEqual(refusal('quota_exceeded'));
  });
});
