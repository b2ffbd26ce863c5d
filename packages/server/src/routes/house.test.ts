import { Archived, Health, page, ProviderView, SnapshotView } from '@fusion-kit/domain/api';
import { FusionError } from '@fusion-kit/domain/errors';
import { expect, test } from 'vitest';
import { gate } from '../test/gate.ts';
import { furnished, openHouse, VERSION } from '../test/house.ts';

test('health tells everything with the token and little without', async () => {
  const house = openHouse();
  const { project } = await furnished(house);
  await house.ok('POST', 'tasks', { project: project.id, title: 't', work: { kind: 'agent', prompt: 'p' } });
  expect(Health.strict().parse(await house.ok('GET', 'health'))).toMatchObject({
    status: 'ok',
    version: VERSION,
    dataDir: '/tmp/data',
    uptimeMs: 60_000,
    lastSeq: house.engine.head,
    synchronous: 'memory',
    counts: { agents: 1, queuedTasks: 1, runningTasks: 0, runs: 0 },
  });
  const short = await house.ok('GET', 'health', undefined, { authorization: 'Bearer wrong' });
  expect(short).toEqual({ status: 'ok', version: VERSION });
});

test('health tells how the machine is to who has the token', async () => {
  const machine = { memoryFreeBytes: 2, memoryTotalBytes: 3, loadPerCore: 0.5, diskFreeBytes: 4, learned: [] };
  const house = openHouse({ machine: () => machine });
  expect(await house.ok('GET', 'health')).toMatchObject({ machine });
  expect(await house.ok('GET', 'health', undefined, { authorization: 'Bearer wrong' })).not.toHaveProperty('machine');
});

test('health tells that the engine failed', async () => {
  const house = openHouse();
  await furnished(house);
  await house.ok('GET', 'health');
  house.engine.fail(new FusionError('journal_failed', 'the disk is full'));
  house.engine.read = () => Promise.reject(new FusionError('journal_failed', 'the disk is full'));
  await house.engine.failed.catch(() => {});
  expect(await house.ok('GET', 'health')).toMatchObject({ status: 'failing', counts: { agents: 1 } });
});

test('a snapshot is what a page shows, as of one event', async () => {
  const house = openHouse();
  const { project, agent } = await furnished(house);
  await house.ok('POST', 'projects', { path: '/tmp/keyed' }, { 'idempotency-key': 'a-secret-key' });
  const snapshot = SnapshotView.parse(await house.ok('GET', 'snapshot'));
  expect(snapshot).toMatchObject({ seq: house.engine.head, serverVersion: VERSION, sandbox: 'none' });
  expect(snapshot.rows.projects[0]).toEqual(project);
  expect(snapshot.rows.agents.map(({ id }) => id)).toEqual([agent.id]);
  expect(await (await house.call('GET', 'snapshot')).text()).not.toContain('a-secret-key');
});

test('the archive is told what to keep: so many events, or so many days, thirty unless said otherwise', async () => {
  const house = openHouse();
  await furnished(house);
  const answer = await house.ok('POST', 'archive', { keepEvents: 5 });
  expect(Archived.parse(answer)).toMatchObject({ events: house.engine.head - 1, end: house.engine.head - 1 });
  await house.ok('POST', 'archive', { keepDays: 1.5 });
  await house.ok('POST', 'archive', {});
  expect(house.engine.keeps).toEqual([{ events: 5 }, { days: 1.5 }, { days: 30 }]);
  for (const wrong of [{ keepEvents: -1 }, { keepEvents: 1, keepDays: 1 }, { keepDays: 'all' }])
    expect(await house.refusal('POST', 'archive', wrong)).toMatchObject({ status: 400, code: 'bad_request' });
});

test('providers are added and listed', async () => {
  const house = openHouse();
  const local = { id: 'local', protocol: 'openai-compatible', baseUrl: 'http://127.0.0.1:9/v1' };
  const added = await house.call('POST', 'providers', local);
  expect(added.status).toBe(201);
  const view = ProviderView.parse(await added.json());
  expect(page(ProviderView).parse(await house.ok('GET', 'providers'))).toEqual({ items: [view], next: null });
  expect(await house.refusal('POST', 'providers', { ...local, baseUrl: 'file:///etc' })).toMatchObject({
    code: 'bad_request',
  });
});

test('a blob is plain text that never changes; an unknown or malformed digest is a blob that does not exist', async () => {
  const house = openHouse();
  const { blob } = await house.engine.blobs.put('<script>alert(1)</script>');
  const answer = await house.call('GET', `blobs/${blob}`);
  expect(await answer.text()).toBe('<script>alert(1)</script>');
  expect(answer.headers.get('content-type')).toMatch(/^text\/plain/);
  expect(answer.headers.get('cache-control')).toContain('immutable');
  for (const digest of [`sha256:${'0'.repeat(64)}`, 'nonsense'])
    expect(await house.refusal('GET', `blobs/${digest}`)).toMatchObject({ status: 404, code: 'blob_unknown' });
});

test('shutdown is answered first and then happens', async () => {
  const asked = gate();
  const house = openHouse({ onShutdown: asked.open });
  const answer = await house.call('POST', 'shutdown', undefined, { 'x-fusion-kit-version': '0.0.1' });
  expect(answer.status).toBe(202);
  expect(await answer.json()).toEqual({ status: 'stopping' });
  await asked.opened;
});
