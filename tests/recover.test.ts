import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, open, readdir, readFile, rm, stat, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterEach, beforeEach, expect, it } from 'vitest';
import type { Run } from '@fusion-kit/domain/run';
import { COMMAND, inspectData, type RealServer, repository, scratch, startServer } from './real-server.ts';

const cleanups: (() => unknown)[] = [];
let home: string;
let server: RealServer;
beforeEach(async () => {
  home = await place('recovered');
  server = await start();
});
afterEach(async () => {
  for (const clean of cleanups.splice(0).toReversed()) await clean();
});

async function place(name: string): Promise<string> {
  const made = await scratch(name);
  cleanups.push(() => made.remove());
  return made.path;
}

async function start(): Promise<RealServer> {
  const started = await startServer({ home });
  cleanups.push(() => started.kill());
  return started;
}

interface Recovered {
  exitCode: number;
  error: { code: string } | undefined;
  /** Status by part. */
  statuses: Record<string, string>;
  findings: { part: string; status: string; message: string; items?: string[] }[];
}

const recover = (...options: string[]): Promise<Recovered> =>
  new Promise((resolve) => {
    const env = { ...process.env, FUSION_KIT_HOME: home };
    execFile(process.execPath, [COMMAND, 'recover', '--json', ...options], { env }, (failed, out) => {
      const { findings = [], error } = JSON.parse(out) as Partial<Recovered>;
      const statuses = Object.fromEntries(findings.map(({ part, status }) => [part, status]));
      resolve({ exitCode: failed ? Number(failed.code) : 0, error, statuses, findings });
    });
  });

const PARTS = ['server', 'processes', 'files', 'database', 'log', 'rows', 'blobs', 'stores', 'workspaces', 'trash'];
const all = (status: string, but: Record<string, string> = {}) =>
  Object.fromEntries(PARTS.map((part) => [part, but[part] ?? status]));

const workflow = `
name: note
team: [{ name: writer, capabilities: [code] }]
nodes:
  note: { title: Add the sum of a price list, prompt: ${'Write it. '.repeat(100)} }
`;

/** Has an agent of the server work on a project, and old events archived; answers when the run has ended. */
async function someWork(): Promise<void> {
  const project = join(home, '..', `${home.split('/').at(-1)}-project`);
  cleanups.push(() => rm(project, { recursive: true, force: true }));
  await repository(project, { 'README.md': 'A note.\n' });
  const { id } = await server.call<{ id: string }>('POST', '/projects', { path: project });
  const saved = await server.call<{ id: string }>('POST', '/workflows', { project: id, source: workflow });
  const { run } = await server.call<{ run: Run }>('POST', `/workflows/${saved.id}/start`, { provider: 'scripted' });
  const state = async () => (await server.call<Run>('GET', `/runs/${run.id}`)).state;
  await expect.poll(state, { timeout: 50_000 }).not.toBe('running');
  await server.call('POST', '/messages', { project: id, to: { topic: 'a.b' }, text: 'x'.repeat(9_000) });
  await server.call('POST', '/archive', { keepEvents: 5 });
}

/** Overwrites the middle of a page of the database, as a failing disk does. */
async function spoilPage(page: number): Promise<void> {
  const file = await open(join(home, 'journal.db'), 'r+');
  await file.write(Buffer.alloc(2_000, 0xff), 0, 2_000, (page - 1) * 8_192 + 6_000);
  await file.close();
}

function inDatabase<T>(work: (database: DatabaseSync) => T): T {
  const database = new DatabaseSync(join(home, 'journal.db'));
  try {
    return work(database);
  } finally {
    database.close();
  }
}

it('of a server that was killed, only its file is left; a server that runs is looked at and not repaired', async () => {
  await someWork();
  const alive = { processes: 'skipped', files: 'skipped', workspaces: 'skipped' };
  expect(await recover()).toMatchObject({ exitCode: 0, statuses: all('ok', alive) });
  expect(await recover('--repair')).toMatchObject({ exitCode: 1, error: { code: 'journal_locked' } });
  await server.kill();
  expect(await recover()).toMatchObject({ exitCode: 1, statuses: all('ok', { server: 'repairable' }) });
  expect(await readdir(home)).toContain('server.json');
  expect(await recover('--repair')).toMatchObject({ exitCode: 0, statuses: all('ok', { server: 'repaired' }) });
  expect(await readdir(home)).not.toContain('server.json');
  expect(await recover()).toMatchObject({ exitCode: 0, statuses: all('ok') });
});

it('a server file of a process of which nothing is known is left alone', async () => {
  await server.kill();
  const file = join(home, 'server.json');
  const { start: _start, ...known } = JSON.parse(await readFile(file, 'utf8')) as Record<string, unknown>;
  await writeFile(file, JSON.stringify({ ...known, pid: process.pid }));
  expect(await recover('--repair')).toMatchObject({ exitCode: 0, statuses: { server: 'unknown' } });
  expect(await readdir(home)).toContain('server.json');
});

it('what killed processes left, rows that are not those of the log, and workspaces without agents are repaired', async () => {
  await someWork();
  await server.stop();
  const before = await inspectData(home);
  inDatabase((database) =>
    database.exec(`update rows set body = replace(body, 'note', 'nota') where tbl = 'workflows'`),
  );
  expect((await inspectData(home)).byRows).not.toBe(before.byRows);
  const [store = ''] = await readdir(join(home, 'stores'));
  const left = [
    'archive/.unfinished-5d0ba1d4-3c3f-4e44-9d69-9c4b3d9b8f11',
    'blobs/.5d0ba1d4-3c3f-4e44-9d69-9c4b3d9b8f11',
    `stores/${store}/packed-refs.lock`,
    `stores/${store}/objects/pack/tmp_pack_1234`,
  ];
  for (const path of left) await writeFile(join(home, path), 'half');
  await mkdir(join(home, 'workspaces', 'agt_gone', 'tree'), { recursive: true });
  const env = { FUSION_KIT_PLACE: join(home, 'workspaces/agt_gone/home') };
  const sleeper = spawn('/bin/sleep', ['1000'], { env, stdio: 'ignore' });
  cleanups.push(() => sleeper.kill('SIGKILL'));
  const gone = once(sleeper, 'exit');

  const wrong = { processes: 'repairable', files: 'repairable', rows: 'repairable', workspaces: 'repairable' };
  const listed = await recover();
  expect(listed).toMatchObject({ exitCode: 1, statuses: all('ok', wrong) });
  const items = (part: string) => listed.findings.find((finding) => finding.part === part)?.items;
  expect(items('files')).toEqual(left.toSorted());
  expect(items('processes')).toEqual([`process ${sleeper.pid}, started for ${env.FUSION_KIT_PLACE}`]);
  expect(items('workspaces')).toEqual(['workspaces/agt_gone']);
  expect((await stat(join(home, left[0] ?? ''))).size).toBe(4);

  const mended = Object.fromEntries(Object.keys(wrong).map((part) => [part, 'repaired']));
  expect(await recover('--repair')).toMatchObject({ exitCode: 0, statuses: all('ok', mended) });
  expect(await gone).toEqual([null, 'SIGTERM']);
  expect(await recover()).toMatchObject({ exitCode: 0, statuses: all('ok') });
  expect(await inspectData(home)).toEqual(before);
  expect(await readdir(join(home, 'trash'))).toContainEqual(expect.stringMatching(/^agt_gone-/));
});

it('a database whose events can all be read is written anew from them', async () => {
  await someWork();
  await server.stop();
  const before = await inspectData(home);
  const page = inDatabase((database) =>
    Number(database.prepare("select rootpage from sqlite_master where name = 'events_by_run'").get()?.['rootpage']),
  );
  await spoilPage(page);
  expect(await recover()).toMatchObject({ exitCode: 1, statuses: all('ok', { database: 'repairable' }) });
  expect(await recover('--repair')).toMatchObject({ exitCode: 0, statuses: all('ok', { database: 'repaired' }) });
  expect(await recover()).toMatchObject({ exitCode: 0, statuses: all('ok') });
  expect(await readdir(home)).toContainEqual(expect.stringMatching(/^journal\.db\.damaged-\d+$/));
  expect(await inspectData(home)).toEqual(before);
  server = await start();
  expect((await server.call<{ items: unknown[] }>('GET', '/runs')).items).toHaveLength(1);
});

it('what cannot be repaired is named: missing and damaged blobs with their events, objects of a store, the end of the log', async () => {
  await someWork();
  await server.stop();
  const { entries } = await inspectData(home);
  const naming = entries.filter(({ event }) => JSON.stringify(event).includes('"blob":"sha256:'));
  const digests = naming.map(({ event }) => /"blob":"sha256:([0-9a-f]{64})"/.exec(JSON.stringify(event))?.[1] ?? '');
  const [missing = '', damaged = ''] = new Set(digests);
  const pathOf = (digits: string) => join(home, 'blobs', digits.slice(0, 2), digits.slice(2, 4), digits);
  await rm(pathOf(missing));
  await truncate(pathOf(damaged), 3);
  const [store = ''] = await readdir(join(home, 'stores'));
  const objects = join(home, 'stores', store, 'objects');
  const folders = (await readdir(objects)).filter((name) => /^[0-9a-f]{2}$/.test(name));
  await rm(join(objects, folders[0] ?? ''), { recursive: true });

  const broken = { blobs: 'damaged', stores: 'damaged' };
  for (const options of [[], ['--repair']]) {
    const { exitCode, statuses, findings } = await recover(...options);
    expect({ exitCode, statuses }).toEqual({ exitCode: 1, statuses: all('ok', broken) });
    const items = findings.find(({ part }) => part === 'blobs')?.items ?? [];
    expect(items.toSorted()).toEqual(
      [missing, damaged]
        .toSorted()
        .map((digest) => [digest, naming.find((_entry, at) => digests[at] === digest)?.seq] as const)
        .map(([digest, seq]) => expect.stringMatching(new RegExp(`^sha256:${digest}, named by event ${seq}(,|$)`))),
    );
    expect(findings.find(({ part }) => part === 'stores')?.items?.join('\n')).toMatch(/missing|bad|broken/);
  }

  const [segment = ''] = await readdir(join(home, 'archive'));
  await rm(join(home, 'archive', segment));
  const cut = await recover('--repair');
  expect(cut).toMatchObject({ exitCode: 1, statuses: { database: 'ok', log: 'damaged', rows: 'unknown' } });
});
