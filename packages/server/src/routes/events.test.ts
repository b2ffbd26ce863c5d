import { EventView, page } from '@fusion-kit/domain/api';
import { expect, test } from 'vitest';
import { furnished, openHouse } from '../test/house.ts';

async function lived() {
  const house = openHouse();
  const { project, agent } = await furnished(house);
  const failure = { code: 'provider_unreachable' as const, message: 'no network', remedy: 'wait' };
  await house.engine.submit({ type: 'agent.fail', agentId: agent.id, failure });
  const types = async (query: string) =>
    page(EventView)
      .parse(await house.ok('GET', `events?${query}`))
      .items.map(({ event }) => event.type);
  return { house, project, agent, types };
}

test('events are found by type, severity, agent, project and time', async () => {
  const { house, agent, types } = await lived();
  expect(await types('')).toEqual(['agent.failed', 'agent.ready', 'agent.spawning', 'project.created']);
  expect(await types('type=agent.ready,agent.failed&order=oldest')).toEqual(['agent.ready', 'agent.failed']);
  expect(await types('severity=error')).toEqual(['agent.failed']);
  expect(await types(`agent=${agent.id}&order=oldest&limit=1`)).toEqual(['agent.spawning']);
  expect(await types(`project=${house.engine.newId('prj')}`)).toEqual([]);
  expect(await types(`since=${new Date(house.engine.entries[2]!.at).toISOString()}&order=oldest`)).toEqual([
    'agent.ready',
    'agent.failed',
  ]);
});

test.each(['oldest', 'newest'])('pages of events, %s first, leave none out and repeat none', async (order) => {
  const { house } = await lived();
  const seqs: number[] = [];
  for (let after = ''; ;) {
    const { items, next } = page(EventView).parse(await house.ok('GET', `events?limit=3&order=${order}${after}`));
    seqs.push(...items.map((entry) => entry.seq));
    if (next === null) break;
    after = `&after=${next}`;
  }
  expect(seqs).toEqual(order === 'oldest' ? [1, 2, 3, 4] : [4, 3, 2, 1]);
});

test('a type that does not exist is refused with the one that was probably meant', async () => {
  const { house } = await lived();
  const refusal = await house.refusal('GET', 'events?type=agent.raedy');
  expect(refusal).toMatchObject({ status: 400, code: 'bad_request' });
  expect(refusal.message).toContain('agent.ready');
});

test('keys of requests and their replies are not told', async () => {
  const { house } = await lived();
  await house.ok('POST', 'projects', { path: '/tmp/keyed' }, { 'idempotency-key': 'a-secret-key' });
  expect(house.engine.entries.at(-1)?.keyed?.key).toBe('a-secret-key');
  expect(await (await house.call('GET', 'events')).text()).not.toContain('a-secret-key');
});
