import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, readdir, readFile, symlink, writeFile } from 'node:fs/promises';
import { request } from 'node:http';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Failure } from '@fusion-kit/domain/errors';
import { COMMAND, inspectData, type RealServer, repository, scratch, startServer } from './real-server.ts';

type Scratch = Awaited<ReturnType<typeof scratch>>;
interface Answer {
  status: number;
  error?: Failure;
}

let home: Scratch;
let place: Scratch;
let server: RealServer;
let project: { id: string };
let before: unknown;

beforeAll(async () => {
  home = await scratch('bad-input');
  place = await scratch('bad-input-project');
  await repository(place.path, { 'README.md': 'Nothing will happen here.\n' });
  server = await startServer({ home: home.path });
  project = await server.call('POST', '/projects', { path: place.path });
  await server.call('POST', '/workflows', {
    project: project.id,
    source: 'name: tea\ninputs: { cup: {} }\nnodes: { brew: { prompt: Brew. } }\n',
  });
  before = await server.call('GET', '/snapshot');
});

afterAll(async () => {
  await server?.kill();
  await home?.remove();
  await place?.remove();
});

/** A request with exactly these headers: a browser on a foreign page sends what `fetch` would not let us send. */
const send = (method: string, path: string, headers: Record<string, string> = {}, body?: string): Promise<Answer> =>
  new Promise((resolve, reject) => {
    const asked = request(server.url + path, {
      method,
      headers: { authorization: `Bearer ${server.token}`, 'content-type': 'application/json', ...headers },
    });
    asked.once('error', reject);
    asked.once('upgrade', (_response, socket) => {
      socket.destroy();
      reject(new Error(`${path} was upgraded`));
    });
    asked.once('response', async (response) => {
      const chunks: Buffer[] = [];
      for await (const chunk of response) chunks.push(chunk as Buffer);
      const text = Buffer.concat(chunks).toString();
      resolve({ status: response.statusCode ?? 0, ...(text && (JSON.parse(text) as { error: Failure })) });
    });
    asked.end(body);
  });

/** The built command; its answer is the document that scripts read. */
const fusionKit = (argv: readonly string[], env: Record<string, string> = {}) =>
  new Promise<{ exitCode: number; error: Failure; text: string }>((resolve) => {
    const options = {
      cwd: place.path,
      env: { ...process.env, FUSION_KIT_HOME: home.path, ...env },
    };
    execFile(process.execPath, [COMMAND, ...argv, '--json'], options, (failed, text) => {
      resolve({ exitCode: Number(failed?.code ?? 0), error: (JSON.parse(text) as { error: Failure }).error, text });
    });
  });

const refused = (code: Failure['code'], message: RegExp, remedy = /\w/) => ({
  code,
  message: expect.stringMatching(message) as string,
  remedy: expect.stringMatching(remedy) as string,
});

async function nothingIsLost(): Promise<void> {
  expect(await server.call('GET', '/snapshot')).toEqual(before);
}

const json = (value: unknown): string => JSON.stringify(value);
const NOBODY = `agt_${'0'.repeat(26)}`;
const ROUND =
  'name: round\nnodes:\n  a: { prompt: x, needs: [c] }\n  b: { prompt: y, needs: [a] }\n  c: { prompt: z, needs: [b] }\n';
const workflow = (source: string) =>
  ['POST', '/workflows', (): string => json({ project: project.id, source })] as const;

describe('the API', () => {
  it.each([
    ['an unknown agent', 'GET', `/agents/${NOBODY}`, undefined, 404, 'agent_unknown', /agt_0{26}/],
    ['an id that cannot be', 'GET', '/agents/nobody', undefined, 404, 'agent_unknown', /nobody/],
    [
      'an unknown task',
      'PATCH',
      '/tasks/tsk_1',
      (): string => json({ action: 'cancel' }),
      404,
      'task_unknown',
      /tsk_1/,
    ],
    ['an unknown run', 'GET', '/runs/run_1', undefined, 404, 'run_unknown', /run_1/],
    ['an unknown message', 'GET', '/messages/msg_1', undefined, 404, 'message_unknown', /msg_1/],
    ['an unknown workflow', 'POST', '/workflows/wfl_1/start', (): string => '{}', 404, 'workflow_unknown', /wfl_1/],
    ['an unknown project', 'DELETE', `/projects/prj_${'9'.repeat(26)}`, undefined, 404, 'project_unknown', /prj_9{26}/],
    ['an unknown blob', 'GET', `/blobs/sha256:${'0'.repeat(64)}`, undefined, 404, 'blob_unknown', /sha256:0{64}/],
    ['an unknown route', 'GET', '/teapots', undefined, 404, 'route_unknown', /teapots/],
    ['a method that is not there', 'PUT', '/agents', (): string => '{}', 405, 'method_not_allowed', /PUT/],
    ['a body that is not JSON', 'POST', '/agents', (): string => '{"name": ada}', 400, 'bad_request', /not JSON/],
    [
      'a body without a field',
      'POST',
      '/agents',
      (): string => json({ project: project.id }),
      400,
      'bad_request',
      /name/,
    ],
    [
      'a directory that is not there',
      'POST',
      '/projects',
      (): string => json({ path: '/no/such/place' }),
      422,
      'project_path_invalid',
      /\/no\/such\/place/,
    ],
    [
      'malformed YAML',
      ...workflow('name: torn\nnodes:\n  a: { prompt: [\n'),
      422,
      'workflow_syntax',
      /workflow\.yaml:\d+:\d+: /,
    ],
    [
      'a key that no node has',
      ...workflow('name: x\nnodes:\n  a: { prompt: x, neds: [b] }\n'),
      422,
      'workflow_invalid',
      /workflow\.yaml:3:19: .*neds.*did you mean.*needs/,
    ],
    [
      'a need that is no node',
      ...workflow('name: x\nnodes:\n  a: { prompt: x, needs: [b] }\n'),
      422,
      'workflow_needs_unknown',
      /workflow\.yaml:3:27: .*\bb\b/,
    ],
    [
      'a cycle, node by node',
      ...workflow(ROUND),
      422,
      'workflow_cycle',
      /workflow\.yaml:\d+:\d+: .*a → c → b → a|a → b → c → a/,
    ],
  ] as const)('refuses %s', async (_name, method, path, body, status, code, message) => {
    const answer = await send(method, `/api/v1${path}`, {}, body?.());
    expect(answer).toMatchObject({ status, error: refused(code, message) });
    await nothingIsLost();
  });

  it.each([
    ['without a token', { authorization: '' }, 401, 'unauthorized'],
    ['with a wrong token', { authorization: 'Bearer AAAA' }, 401, 'unauthorized'],
    ['that a foreign name led here (DNS rebinding)', { host: 'evil.example:80' }, 403, 'forbidden_host'],
    ['from a foreign page', { origin: 'https://evil.example' }, 403, 'forbidden_origin'],
    ['from a page without an origin of its own', { origin: 'null' }, 403, 'forbidden_origin'],
    ['from a page of another port of this machine', { origin: 'http://127.0.0.1:1' }, 403, 'forbidden_origin'],
    ['of a command of another version', { 'x-fusion-kit-version': '99.0.0' }, 409, 'version_mismatch'],
  ] as const)(
    'refuses a request %s, over HTTP and before a WebSocket is opened',
    async (_name, headers, status, code) => {
      const upgrade = {
        connection: 'Upgrade',
        upgrade: 'websocket',
        'sec-websocket-version': '13',
        'sec-websocket-key': Buffer.alloc(16).toString('base64'),
      };
      for (const answer of [
        await send('GET', '/api/v1/snapshot', headers),
        await send('POST', '/api/v1/projects', headers, json({ path: home.path })),
      ])
        expect(answer).toMatchObject({ status, error: refused(code, /\w/) });
      // No browser shows the body of a refused upgrade.
      if (code !== 'version_mismatch')
        expect(await send('GET', '/ws/events?after=0', { ...upgrade, ...headers })).toMatchObject({ status });
      await nothingIsLost();
    },
  );

  it('refuses a body of 2 MB, announced or not, and goes on', async () => {
    const large = json({ path: 'x'.repeat(2_000_000) });
    for (const headers of [{ 'content-length': String(large.length) }, { 'transfer-encoding': 'chunked' }]) {
      const answer = await send('POST', '/api/v1/projects', headers, large);
      expect(answer).toMatchObject({ status: 413, error: refused('body_too_large', /1000000 bytes/, /1 MB/) });
    }
    await nothingIsLost();
  });

  it('refuses a run without its inputs, or with inputs that nobody asked for', async () => {
    const { items } = await server.call<{ items: { id: string }[] }>('GET', '/workflows');
    const start = (inputs: Record<string, string>) =>
      send('POST', `/api/v1/workflows/${items[0]?.id}/start`, {}, json({ inputs }));
    expect(await start({})).toMatchObject({ status: 422, error: refused('input_missing', /cup/, /--input/) });
    expect(await start({ mug: 'x' })).toMatchObject({ status: 422, error: refused('input_missing', /mug/, /cup/) });
    await nothingIsLost();
  });
});

describe('the command', () => {
  it.each([
    ['agent get nobody', 1, 'agent_unknown', /nobody/],
    ['task get tsk_1', 1, 'task_unknown', /tsk_1/],
    ['run cancel run_1', 1, 'run_unknown', /run_1/],
    ['workflow get nothing', 1, 'workflow_unknown', /nothing/],
    ['project delete nowhere', 1, 'project_unknown', /nowhere/],
    ['provider check nobody', 1, 'provider_unknown', /nobody/],
    ['message send nobody hello', 1, 'agent_unknown', /nobody/],
    ['run torn.yaml', 1, 'workflow_syntax', /^torn\.yaml:4:1: /],
    ['run round.yaml', 1, 'workflow_cycle', /^round\.yaml:\d+:\d+: .*a → (b → c|c → b) → a/],
    ['workflow create none.yaml', 1, 'file_unreadable', /none\.yaml/],
    ['run tea.yaml', 1, 'input_missing', /cup/],
    ['agent spawn', 2, 'usage', /name/],
    ['agnet list', 2, 'usage', /agnet/],
    ['task list --state asleep', 2, 'usage', /--state/],
    ['up --port many', 2, 'usage', /--port/],
  ] as const)('`fusion-kit %s` ends with %i and `%s`', async (line, exitCode, code, message) => {
    await writeFile(join(place.path, 'torn.yaml'), 'name: torn\nnodes:\n  a: { prompt: [\n');
    await writeFile(join(place.path, 'round.yaml'), ROUND);
    await writeFile(
      join(place.path, 'tea.yaml'),
      'name: tea\ninputs: { cup: {} }\nnodes: { brew: { prompt: Brew. } }\n',
    );
    expect(await fusionKit(line.split(' '))).toMatchObject({ exitCode, error: refused(code, message) });
    await nothingIsLost();
  });
});

describe('a server that cannot start', () => {
  it('names the port that is taken, and leaves no data behind', async () => {
    const other = createServer().listen(0, '127.0.0.1');
    await once(other, 'listening');
    const fresh = await scratch('port-taken');
    try {
      const { port } = other.address() as { port: number };
      for (const detached of [[], ['--detach']]) {
        const answer = await fusionKit(['up', '--port', String(port), ...detached], { FUSION_KIT_HOME: fresh.path });
        expect(answer).toMatchObject({
          exitCode: 1,
          error: refused('port_taken', new RegExp(`port ${port} `), /--port/),
        });
      }
      expect((await readdir(fresh.path)).filter((name) => name.endsWith('.db'))).toEqual([]);
    } finally {
      other.close();
      await fresh.remove();
    }
  });

  it('names a data directory that cannot be made, and one whose files cannot be opened', async () => {
    const fresh = await scratch('unusable');
    try {
      await writeFile(join(fresh.path, 'a-file'), 'mine');
      const below = await fusionKit(['up'], { FUSION_KIT_HOME: join(fresh.path, 'a-file', 'data') });
      expect(below).toMatchObject({
        exitCode: 1,
        error: refused('data_directory_unusable', /a-file/, /FUSION_KIT_HOME/),
      });
      expect(await readFile(join(fresh.path, 'a-file'), 'utf8')).toBe('mine');
      // Root may write anywhere, but nobody opens a link that leads to itself.
      await mkdir(join(fresh.path, 'data'));
      await symlink('journal.db', join(fresh.path, 'data', 'journal.db'));
      const taken = await fusionKit(['up'], { FUSION_KIT_HOME: join(fresh.path, 'data') });
      expect(taken).toMatchObject({
        exitCode: 1,
        error: refused('data_directory_unusable', /journal\.db/, /FUSION_KIT_HOME/),
      });
    } finally {
      await fresh.remove();
    }
  });

  it('never shares a data directory, also with a server that cannot be found', async () => {
    const hidden = await scratch('in-use');
    const first = await startServer({ home: hidden.path });
    try {
      const kept = await first.call('POST', '/projects', { path: place.path });
      const file = join(hidden.path, 'server.json');
      const text = await readFile(file, 'utf8');
      await writeFile(file, json({ ...(JSON.parse(text) as object), pid: 2 ** 22 + 1 }));
      const answer = await fusionKit(['up', '--port', '0'], { FUSION_KIT_HOME: hidden.path });
      expect(answer).toMatchObject({
        exitCode: 1,
        error: refused('journal_locked', new RegExp(hidden.path), /fusion-kit down|FUSION_KIT_HOME/),
      });
      expect(await first.call('GET', '/projects')).toMatchObject({ items: [kept] });
    } finally {
      await first.kill();
      await hidden.remove();
    }
  });

  it('leaves data of a newer release as it is, byte for byte', async () => {
    const newer = await scratch('newer');
    try {
      const first = await startServer({ home: newer.path });
      await first.call('POST', '/projects', { path: place.path });
      await first.stop();
      const path = join(newer.path, 'journal.db');
      const database = new DatabaseSync(path);
      const { user_version: known } = database.prepare('pragma user_version').get() as { user_version: number };
      database.exec('pragma user_version = 1000');
      database.close();
      const bytes = await readFile(path);
      const files = await readdir(newer.path);

      const answer = await fusionKit(['up', '--port', '0'], { FUSION_KIT_HOME: newer.path });
      expect(answer).toMatchObject({ exitCode: 1, error: refused('journal_newer', /schema 1000/, /newer fusion-kit/) });
      expect((await readFile(path)).equals(bytes)).toBe(true);
      expect(await readdir(newer.path)).toEqual(files);

      const again = new DatabaseSync(path);
      again.exec(`pragma user_version = ${known}`);
      again.close();
      const { entries, byLog, byRows } = await inspectData(newer.path);
      expect(entries.map(({ event }) => event.type)).toContain('project.created');
      expect(byLog).toBe(byRows);
    } finally {
      await newer.remove();
    }
  });
});
