import type { RuntimeEvent } from '@fusion-kit/domain/ports/runtime';
import { expect, it } from 'vitest';
import { Channel, WAITING_MAX } from './channel.ts';

const called = (callId: string): RuntimeEvent => ({ type: 'tool.called', callId, tool: 'shell', input: '{}' });
async function taken(channel: Channel): Promise<unknown[]> {
  const items: unknown[] = [];
  for await (const item of channel.until(Promise.resolve())) items.push(item);
  return items;
}

it('gives what came in its order, and what is only shown in larger pieces', async () => {
  const channel = new Channel('Claude Code');
  for (const text of ['one ', 'two']) channel.put({ type: 'delta', text });
  channel.put(called('call_1'));
  expect(await taken(channel)).toEqual([{ type: 'delta', text: 'one two' }, called('call_1')]);
});

it('ends a program that tells of more than can be kept, and only misses of what it shows', async () => {
  const channel = new Channel('Claude Code');
  for (let n = 0; n < WAITING_MAX; n += 1) channel.put(called(`call_${n}`));
  channel.put({ type: 'delta', text: 'too much' });
  expect(await taken(channel)).toHaveLength(WAITING_MAX);

  for (let n = 0; n <= WAITING_MAX; n += 1) channel.put(called(`call_${n}`));
  await expect(taken(channel)).rejects.toMatchObject({
    code: 'program_failed',
    message: expect.stringMatching(/^Claude Code told of more than 5000 things/),
  });
});
