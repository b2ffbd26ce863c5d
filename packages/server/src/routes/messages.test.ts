import { page } from '@fusion-kit/domain/api';
import { Message } from '@fusion-kit/domain/message';
import { expect, test } from 'vitest';
import { furnished, openHouse } from '../test/house.ts';

test('a message goes to whoever subscribed, and is shown with its deliveries', async () => {
  const house = openHouse();
  const { project, agent } = await furnished(house);
  const answer = await house.call('POST', 'messages', { project: project.id, to: { topic: 'plan.ready' }, text: 'go' });
  expect(answer.status).toBe(201);
  const message = Message.parse(await answer.json());
  expect(message).toMatchObject({ from: { kind: 'person', name: 'a person' }, text: 'go' });
  expect(message.deliveries).toMatchObject({ [agent.id]: { state: 'pending' } });
  expect(await house.ok('GET', `messages/${message.id}`)).toEqual(message);
  expect(page(Message).parse(await house.ok('GET', `messages?project=${project.id}`)).items).toEqual([message]);
  expect(page(Message).parse(await house.ok('GET', `messages?run=${house.engine.newId('run')}`)).items).toEqual([]);
});

test('a long text goes to the blob store, and a time to live becomes a time', async () => {
  const house = openHouse();
  const { project, agent } = await furnished(house);
  const text = 'long '.repeat(1_000);
  const body = { project: project.id, to: { agentId: agent.id }, text, ttlMs: 5_000 };
  const message = Message.parse(await house.ok('POST', 'messages', body));
  expect(message.expiresAt).toBe(66_000);
  if (typeof message.text === 'string') throw new Error('the text is in the event');
  expect(await (await house.call('GET', `blobs/${message.text.blob}`)).text()).toBe(text);
});

test('a message sent twice with one key is one message', async () => {
  const house = openHouse();
  const { project } = await furnished(house);
  const body = { project: project.id, to: { topic: 'plan.ready' }, text: 'go' };
  const first = await house.ok('POST', 'messages', body, { 'idempotency-key': 'once' });
  expect(await house.ok('POST', 'messages', body, { 'idempotency-key': 'once' })).toEqual(first);
  expect((await house.ok<{ items: unknown[] }>('GET', 'messages')).items).toHaveLength(1);
});

test('an agent that does not exist gets no message', async () => {
  const house = openHouse();
  const { project } = await furnished(house);
  const body = { project: project.id, to: { agentId: house.engine.newId('agt') }, text: 'go' };
  expect(await house.refusal('POST', 'messages', body)).toMatchObject({ status: 404, code: 'agent_unknown' });
});

test.each(['nonsense', `msg_${'0'.repeat(25)}Z`])('message %s is unknown', async (id) => {
  expect(await openHouse().refusal('GET', `messages/${id}`)).toMatchObject({ status: 404, code: 'message_unknown' });
});
