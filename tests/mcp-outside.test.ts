import { cp, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Client } from '@modelcontextprotocol/client';
import { StdioClientTransport } from '@modelcontextprotocol/client/stdio';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { PROGRAM, READABLE } from './mcp/program-house.ts';
import { COMMAND, git, type RealServer, repository, ROOT, scratch, startServer } from './real-server.ts';

type Scratch = Awaited<ReturnType<typeof scratch>>;
let home: Scratch;
let place: Scratch;
let shop: string;
let server: RealServer;
const clients: Client[] = [];
/** What of its output was not the protocol. */
const noise: Error[] = [];

beforeAll(async () => {
  [home, place] = [await scratch('mcp-home'), await scratch('mcp-place')];
  shop = join(place.path, 'shop');
  await cp(join(ROOT, 'examples/price-list'), shop, { recursive: true });
  await repository(shop, {});
  const talker = { headless: { command: process.execPath, args: [PROGRAM] }, readable: READABLE };
  await writeFile(join(home.path, 'agents.json'), JSON.stringify({ talker }));
  const scenario = join(ROOT, 'examples/price-list.scenario.json');
  server = await startServer({ home: home.path, env: { FUSION_KIT_SCENARIO: scenario } });
});
afterAll(async () => {
  for (const client of clients) await client.close();
  await server.stop();
  await Promise.all([home.remove(), place.remove()]);
});

/** `fusion-kit mcp` as an assistant starts it: in no project's directory. */
async function assistant(era: 'legacy' | 'modern' = 'legacy'): Promise<Client> {
  const client = new Client(
    { name: 'assistant', version: '1.0.0' },
    { versionNegotiation: { mode: era === 'modern' ? { pin: '2026-07-28' } : 'legacy' } },
  );
  const env = { PATH: process.env['PATH'] ?? '', HOME: process.env['HOME'] ?? '', FUSION_KIT_HOME: home.path };
  Object.assign(client, { onerror: (error: Error) => noise.push(error) });
  await client.connect(
    new StdioClientTransport({
      command: process.execPath,
      args: [COMMAND, 'mcp'],
      env,
      cwd: place.path,
      stderr: 'pipe',
    }),
  );
  clients.push(client);
  return client;
}

async function told(client: Client, name: string, input: Record<string, unknown> = {}) {
  const { content, isError = false } = await client.callTool({ name: `fusion_${name}`, arguments: input });
  const text = content.map((part) => (part.type === 'text' ? part.text : '')).join('');
  return { text, isError };
}

async function seen<Sight = Record<string, unknown>>(client: Client, name: string, input = {}): Promise<Sight> {
  const { text, isError } = await told(client, name, input);
  expect({ text, isError }).toMatchObject({ isError: false });
  return JSON.parse(text) as Sight;
}

interface Watched {
  state: string;
  events: string[];
  next: number;
  inbox: { task: string; kind: string; options: (string | { id: string })[] }[];
}

/** Follows a run to its end, and gives all that was told of it; whatever waits for a person is answered with its first option. */
async function followed(client: Client, run: string): Promise<string[]> {
  const lines: string[] = [];
  for (let after = 0; ;) {
    const { state, events, next, inbox } = await seen<Watched>(client, 'watch_run', { run, after });
    lines.push(...events);
    after = next;
    for (const { task, options } of inbox) {
      const [first] = options;
      await told(client, 'answer', { task, option: typeof first === 'string' ? first : first?.id });
    }
    if (state !== 'running' && events.length === 0) return [...lines, state];
  }
}

describe('an assistant outside', () => {
  it('starts a run of a file, follows it to its end, and learns its branch and what it cost', async () => {
    const client = await assistant();
    const file = join(ROOT, 'examples/price-list.workflow.yaml');
    const { run } = await seen<{ run: string }>(client, 'start_run', { file, directory: shop, provider: 'scripted' });
    const lines = await followed(client, run);
    expect(lines.at(-1)).toBe('completed');
    expect(lines.filter((line) => line.includes('task.completed'))).toHaveLength(4);
    expect(lines.some((line) => /message\.sent +lead → /.test(line))).toBe(true);

    const { branch, head } = await seen<{ branch: string; head: string }>(client, 'branch', { run });
    expect(git(shop, 'rev-parse', branch)).toBe(head);
    expect(git(shop, 'status', '--porcelain')).toBe('');
    const { total, tasks } = await seen<{ total: { calls: number }; tasks: unknown[] }>(client, 'costs', { run });
    expect(total.calls).toBeGreaterThan(4);
    expect(tasks).toHaveLength(4);
    const { tasks: shown } = await seen<{ tasks: { state: string }[] }>(client, 'get_run', { run });
    expect(shown.map(({ state }) => state)).toEqual(Array(4).fill('completed'));
    expect(await seen<{ run: string }[]>(client, 'list_runs')).toMatchObject([{ run, state: 'completed' }]);
  });

  it('has agents made and listed, by the protocol of today too', async () => {
    const client = await assistant('modern');
    const agent = { name: 'iris', runtime: 'model-loop', provider: 'scripted', capabilities: ['code'] };
    expect(await seen(client, 'spawn_agent', { directory: shop, ...agent })).toMatchObject({ name: 'iris' });
    expect(await seen<unknown[]>(client, 'list_agents')).toContainEqual(expect.objectContaining({ name: 'iris' }));
  });

  it('is told what is wrong and what helps', async () => {
    const client = await assistant();
    const none = join(place.path, 'none.yaml');
    expect(await told(client, 'start_run', { file: none, directory: shop })).toEqual({
      isError: true,
      text: expect.stringMatching(/there is no such file \(file_unreadable\)\nCheck the path/),
    });
    expect(await told(client, 'get_run', { run: '../agents' })).toMatchObject({ isError: true });
    expect(await told(client, 'answer', { task: 'tsk_none', option: 'yes' })).toEqual({
      isError: true,
      text: expect.stringContaining('See fusion_inbox for what does.'),
    });
  });
});

describe('agents of a real server', () => {
  const calls = (...made: [name: string, input: object][]) =>
    `<<CALLS ${JSON.stringify(made.map(([name, input]) => ({ name: `fusion_${name}`, arguments: input })))} CALLS>>`;

  it('that are programs in cages talk with one another, and with a person by way of the assistant', async () => {
    const member = (name: string) => ({ name, runtime: 'command', program: 'talker', capabilities: [name] });
    const node = (name: string, prompt: string) => ({ requires: [name], prompt, timeout: '5m' });
    const file = join(place.path, 'talk.json');
    const talk = {
      name: 'talk',
      team: [member('ann'), member('bob')],
      nodes: {
        ask: node(
          'ann',
          calls(
            ['ask_person', { question: 'Which colour?', options: ['green', 'blue'] }],
            ['send_message', { to: 'bob', text: 'the colour is known' }],
            ['finish', { summary: 'asked' }],
          ),
        ),
        hear: node('bob', calls(['read_messages', { wait_seconds: 50 }], ['progress', { text: 'heard it' }])),
      },
    };
    await writeFile(file, JSON.stringify(talk));
    const client = await assistant();
    const { run } = await seen<{ run: string }>(client, 'start_run', { file, directory: shop });
    const lines = await followed(client, run);
    expect(lines.at(-1)).toBe('completed');
    expect(lines.some((line) => line.includes('ann → bob: the colour is known'))).toBe(true);
    expect(lines.some((line) => line.includes('heard it'))).toBe(true);
    const { items } = await server.call<{ items: { node: string; outputs: { summary: string } }[] }>(
      'GET',
      `/tasks?run=${run}`,
    );
    const summaries = new Map(items.map(({ node: name, outputs }) => [name, outputs.summary]));
    expect(summaries.get('ask')).toBe('asked');
    expect(summaries.get('hear')).toContain('the colour is known');
  });
});

it('nothing of all that was written to standard output but the protocol', () => {
  expect(clients.length).toBeGreaterThan(0);
  expect(noise).toEqual([]);
});
