import { execFile } from 'node:child_process';
import { mkdir, readdir, readFile, rm, stat, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, expect, it } from 'vitest';
import type { Run } from '@fusion-kit/domain/run';
import { COMMAND, git, inspectData, type RealServer, repository, scratch, startServer } from './real-server.ts';

const cleanups: (() => unknown)[] = [];
afterEach(async () => {
  for (const clean of cleanups.splice(0).toReversed()) await clean();
});

async function place(name: string): Promise<string> {
  const made = await scratch(name);
  cleanups.push(() => made.remove());
  return made.path;
}

interface Said {
  exitCode: number;
  answer: Record<string, unknown> & { error?: { code: string; message: string } };
}

/** The command in a process of its own, its one document read. */
const fusionKit = (home: string, ...argv: string[]): Promise<Said> =>
  new Promise((resolve) => {
    const env = { ...process.env, FUSION_KIT_HOME: home };
    execFile(process.execPath, [COMMAND, ...argv, '--json'], { env, maxBuffer: 64e6 }, (error, out) =>
      resolve({ exitCode: error ? Number(error.code) : 0, answer: JSON.parse(out) as Said['answer'] }),
    );
  });

const names = Array.from({ length: 12 }, (_, at) => `piece${String(at).padStart(2, '0')}`);
const workflow = [
  'name: mosaic',
  'team: [{ name: maker, capabilities: [code], count: 3 }]',
  'nodes:',
  ...names.flatMap((name, at) => [
    `  ${name}:`,
    `    title: Write ${name} of the mosaic`,
    `    prompt: Write ${name}. ${'It must be beautiful. '.repeat(100)}`,
    ...(at >= 3 ? [`    needs: [${names[at - 3]}]`] : []),
    '    expectsChanges: true',
    '    retries: 2',
  ]),
].join('\n');
/** What was written and not committed is not in a backup; told so, an agent writes it again. */
const scenario = names.map((name) => {
  const write = {
    tool: 'write_file',
    args: { path: `${name}.txt`, content: `${name}\n${'beautiful '.repeat(1_000)}\n` },
  };
  const finish = { tool: 'finish', args: { summary: `${name} is written.` } };
  const look = { tool: 'shell', args: { command: `sleep 0.2; cat ${name}.txt` }, sleepMs: 100 };
  const steps = [write, look, finish, write, finish, write, finish];
  return { name, match: `Write ${name} of the mosaic`, steps };
});

/** A server at work on a repository, and somebody who never stops writing to it. */
async function busyServer() {
  const [home, project] = [await place('backed-up'), await place('mosaic')];
  await repository(project, { 'README.md': 'A mosaic.\n' });
  const scenarioFile = join(project, '..', `${home.split('/').at(-1)}.scenario.json`);
  await writeFile(scenarioFile, JSON.stringify(scenario));
  cleanups.push(() => rm(scenarioFile));
  const start = async (where: string): Promise<RealServer> => {
    const server = await startServer({ home: where, env: { FUSION_KIT_SCENARIO: scenarioFile } });
    cleanups.push(() => server.kill());
    return server;
  };
  const server = await start(home);
  const { id: projectId } = await server.call<{ id: string }>('POST', '/projects', { path: project });
  const saved = await server.call<{ id: string }>('POST', '/workflows', { project: projectId, source: workflow });
  const { run } = await server.call<{ run: Run }>('POST', `/workflows/${saved.id}/start`, { provider: 'scripted' });
  const acknowledged: string[] = [];
  const writing = (async () => {
    for (let n = 0; ; n += 1) {
      const note = { project: projectId, to: { topic: 'owner.note' }, text: `note ${n} ${'of many '.repeat(800)}` };
      acknowledged.push((await server.call<{ id: string }>('POST', '/messages', note)).id);
    }
  })().catch(() => {}); // until the server is gone
  return { home, project, server, run, acknowledged, writing, start };
}

const completed = async (server: RealServer, run: Run): Promise<number> => {
  const query = `run=${run.id}&state=completed&limit=50`;
  return (await server.call<{ items: unknown[] }>('GET', `/tasks?${query}`)).items.length;
};

it('a backup of a server at work holds all that was acknowledged before it; restored elsewhere, the run goes on to its end', async () => {
  const { home, project, server, run, acknowledged, writing, start } = await busyServer();
  await expect.poll(() => completed(server, run), { timeout: 120_000 }).toBeGreaterThan(2);
  await server.call('POST', '/archive', { keepEvents: 40 });
  const before = [...acknowledged];
  const archiving = server.call('POST', '/archive', { keepEvents: 20 });
  const target = join(await place('backups'), 'today');
  const { exitCode, answer } = await fusionKit(home, 'backup', target);
  await archiving;
  expect({ exitCode, error: answer.error }).toEqual({ exitCode: 0, error: undefined });
  expect(await completed(server, run)).toBeLessThan(names.length);
  await server.kill(); // the machine is lost
  await writing;

  const restored = join(await place('restored'), 'data');
  const restore = await fusionKit(home, 'restore', target, '--home', restored);
  expect(restore).toMatchObject({ exitCode: 0, answer: { home: restored, seq: answer['seq'], warnings: [] } });
  const original = await inspectData(home);
  const copy = await inspectData(restored);
  expect(copy.entries).toEqual(original.entries.slice(0, Number(answer['seq'])));
  expect(copy.byLog).toBe(copy.byRows);
  const sent = new Set(copy.entries.flatMap(({ event }) => (event.type === 'message.sent' ? [event.messageId] : [])));
  expect(before.filter((id) => !sent.has(id as never))).toEqual([]);
  expect(await readdir(restored)).not.toContain('token');

  // What the lost server landed later is not known to the restored one: its owner moves it aside.
  git(project, 'branch', '-D', run.branch ?? '');
  const next = await start(restored);
  const state = async () => (await next.call<Run>('GET', `/runs/${run.id}`)).state;
  await expect.poll(state, { timeout: 120_000 }).not.toBe('running');
  const errors = await next.call<{ items: { event: { type: string; failure?: { message: string } } }[] }>(
    'GET',
    '/events?severity=error&limit=20',
  );
  const told = await next.call<{ items: { event: { text: string } }[] }>('GET', '/events?type=turn.told&limit=100');
  expect(told.items.filter(({ event }) => event.text.includes('Your workspace begins anew'))).not.toEqual([]);
  expect({
    state: await state(),
    errors: errors.items.map(({ event }) => `${event.type}: ${event.failure?.message}`),
  }).toEqual({ state: 'completed', errors: [] });
  expect(git(project, 'ls-tree', '--name-only', run.branch ?? '').split('\n')).toEqual(
    expect.arrayContaining(names.map((name) => `${name}.txt`)),
  );
  await next.stop();
  const after = await inspectData(restored);
  expect(after.byLog).toBe(after.byRows);
}, 400_000);

it('a backup can be one file, of a data directory without a server; what is not whole is refused and leaves nothing', async () => {
  const { home, server, run, writing } = await busyServer();
  await expect.poll(() => completed(server, run), { timeout: 120_000 }).toBeGreaterThan(0);
  expect(await fusionKit(home, 'archive', '--keep-days', '1')).toMatchObject({ exitCode: 0, answer: { events: 0 } });
  const archived = await fusionKit(home, 'archive', '--keep-events', '30');
  expect(archived).toMatchObject({ exitCode: 0, answer: { segments: 1, events: archived.answer['end'] } });
  expect(await fusionKit(home, 'archive', '--keep-events', '1', '--keep-days', '1')).toMatchObject({ exitCode: 2 });
  await server.stop();
  await writing;

  const backups = await place('backups');
  const packed = join(backups, 'today.tar.gz');
  const kept = await fusionKit(home, 'backup', packed, '--with-token');
  expect(kept.exitCode).toBe(0);
  expect((await stat(packed)).mode & 0o077).toBe(0);
  expect(await readdir(backups)).toEqual(['today.tar.gz']);
  expect(await fusionKit(home, 'backup', packed)).toMatchObject({
    exitCode: 1,
    answer: { error: { code: 'directory_not_empty' } },
  });

  const places = await place('places');
  const restored = join(places, 'new', 'data');
  await mkdir(restored, { recursive: true }); // empty, as good as none
  expect(await fusionKit(home, 'restore', packed, '--home', restored)).toMatchObject({ exitCode: 0 });
  expect((await inspectData(restored)).entries).toEqual((await inspectData(home)).entries);
  expect(await readFile(join(restored, 'token'), 'utf8')).toBe(await readFile(join(home, 'token'), 'utf8'));
  expect((await stat(restored)).mode & 0o777).toBe(0o700);
  const listed = async (directory: string) => (await readdir(directory, { recursive: true })).toSorted();
  expect(await listed(join(restored, 'blobs'))).toEqual(await listed(join(home, 'blobs')));
  const [store = ''] = await readdir(join(home, 'stores'));
  const refs = (root: string) => git(join(root, 'stores', store), 'for-each-ref');
  expect(refs(restored)).toBe(refs(home));
  expect(git(join(restored, 'stores', store), 'fsck', '--full', '--no-dangling')).toBe('');

  const refuses = async (from: string, target: string, code: string, naming: string) => {
    const found = await fusionKit(home, 'restore', from, '--home', target);
    expect(found).toMatchObject({ exitCode: 1, answer: { error: { code } } });
    expect(found.answer.error?.message).toContain(naming);
  };
  await refuses(packed, restored, 'directory_not_empty', 'is not empty');
  await refuses(packed, home, 'directory_not_empty', home);
  await refuses(join(backups, 'none'), join(places, 'a'), 'backup_invalid', 'is no backup');

  const directory = join(backups, 'as-directory');
  await fusionKit(home, 'backup', directory);
  const manifest = join(directory, 'fusion-kit-backup.json');
  const document = JSON.parse(await readFile(manifest, 'utf8')) as {
    format: number;
    seq: number;
    files: { path: string }[];
  };
  const spoil = async (change: object, code: string, naming: string) => {
    await writeFile(manifest, JSON.stringify({ ...document, ...change }));
    await refuses(directory, join(places, 'a'), code, naming);
    await writeFile(manifest, JSON.stringify(document));
  };
  await spoil({ format: 99 }, 'journal_newer', 'format 99');
  await spoil({ seq: document.seq + 1 }, 'backup_invalid', `ends with event ${document.seq}`);
  await spoil({ stateHash: 'another' }, 'backup_invalid', 'rows are not those');
  const [file] = document.files;
  await spoil({ files: [{ ...file, path: '../outside' }] }, 'backup_invalid', 'damaged');
  const segment = document.files.find(({ path }) => path.startsWith('archive/'))?.path ?? '';
  await truncate(join(directory, segment), 100);
  await refuses(directory, join(places, 'a'), 'backup_invalid', `${segment} is damaged`);
  await rm(join(directory, segment));
  await refuses(directory, join(places, 'a'), 'backup_invalid', `${segment} is missing`);
  await truncate(packed, 5_000);
  await refuses(packed, join(places, 'a'), 'backup_invalid', 'unpacking');
  expect(await readdir(places)).toEqual(['new']);

  const empty = await place('empty');
  expect(await fusionKit(empty, 'backup', join(backups, 'b'))).toMatchObject({
    exitCode: 1,
    answer: { error: { code: 'data_directory_unusable', message: expect.stringContaining('holds no data') } },
  });
  expect((await readdir(backups)).toSorted()).toEqual(['as-directory', 'today.tar.gz']);
}, 400_000);
