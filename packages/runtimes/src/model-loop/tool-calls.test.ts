import type { RuntimeEvent, Turn } from '@fusion-kit/domain/ports/runtime';
import { answered, call, called, opened, returned } from '@fusion-kit/testing/conversation-events';
import { describe, expect, it } from 'vitest';
import type { OpenCall } from './conversation.ts';
import { makeCalls, nextCalls } from './tool-calls.ts';
import type { ToolHost } from './tool-host/tool-host.ts';

const turn = { agent: { name: 'ada' } } as Turn;
const reading = (callId: string) => call(callId, 'read_file', `{"path":"${callId}"}`);
const ids = (calls: readonly { callId: string }[]) => calls.map(({ callId }) => callId);

/** A host whose calls end one after the other, the last first, and only when so many are under way. */
function hostWaitingFor(count: number): ToolHost {
  const waiting: (() => void)[] = [];
  return {
    call: (_, input) =>
      new Promise((resolve) => {
        waiting.push(() => resolve({ output: JSON.stringify(input), isError: false }));
        if (waiting.length === count) for (const end of waiting.toReversed()) end();
      }),
    close: () => Promise.resolve(),
  };
}

async function made(calls: OpenCall[], host: ToolHost): Promise<RuntimeEvent[]> {
  const events: RuntimeEvent[] = [];
  for await (const event of makeCalls(calls, { turn, host }, new AbortController().signal)) events.push(event);
  return events;
}

describe('the calls of an answer', () => {
  it('are made side by side as far as they change nothing, and one by one from there', () => {
    const calls = [reading('a'), reading('b'), call('c', 'shell'), reading('d'), reading('e')];
    const history = [opened, answered('', ...calls)];
    expect(ids(nextCalls(history))).toEqual(['a', 'b']);
    const twoDone = [...history, ...calls.slice(0, 2).flatMap((one) => [called(one), returned(one)])];
    expect(ids(nextCalls(twoDone))).toEqual(['c']);
    expect(ids(nextCalls([...twoDone, called(calls[2]!), returned(calls[2]!)]))).toEqual(['d', 'e']);
  });

  it('are made side by side in bounds', () => {
    const calls = Array.from({ length: 20 }, (_, at) => reading(String(at)));
    expect(nextCalls([opened, answered('', ...calls)])).toHaveLength(8);
  });

  it('are one alone when the tool is unknown', () => {
    const calls = [call('a', 'fly'), reading('b')];
    expect(ids(nextCalls([opened, answered('', ...calls)]))).toEqual(['a']);
  });

  it('are under way together, and told in their order, whichever ends first', async () => {
    const events = await made(
      [
        { ...reading('a'), begun: true },
        { ...reading('b'), begun: false },
      ],
      hostWaitingFor(2),
    );
    expect(events).toMatchObject([
      { type: 'tool.called', callId: 'b' },
      { type: 'tool.returned', callId: 'a', output: '{"path":"a"}' },
      { type: 'tool.returned', callId: 'b', output: '{"path":"b"}' },
    ]);
  });

  it('end with what ends the turn, though another one fails later', async () => {
    let calls = 0;
    const host: ToolHost = {
      call: () => Promise.reject(new Error(`call ${++calls} failed`)),
      close: () => Promise.resolve(),
    };
    const both = [reading('a'), reading('b')].map((one) => ({ ...one, begun: true }));
    await expect(made(both, host)).rejects.toThrow('call 1 failed');
  });
});
