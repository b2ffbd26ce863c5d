import { createHash } from 'node:crypto';
import { readdir, readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { startScriptedServer, type ScriptedServer } from '@fusion-kit/upstreams/scripted/server';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type CommandHouse, holding, openCommandHouse, stateOf } from './command-house.ts';

let house: CommandHouse;
let provider: ScriptedServer;

const fusionKit: CommandHouse['fusionKit'] = (argv, input) => house.fusionKit(argv, input);

beforeEach(async () => {
  house = await openCommandHouse('secrets');
  provider = await startScriptedServer();
  await fusionKit(['provider', 'key', 'set', 'local'], provider.apiKey);
  await fusionKit(['provider', 'add', 'local', '--protocol', 'openrouter', '--base-url', provider.baseUrl]);
});
afterEach(async () => {
  await house.close();
  await provider.close();
});

const TOKEN = 'npm_planted0123456789abcdef';
const DATABASE_URL = `postgres://shop:${TOKEN}@db.example/"shop"`;
const digest = (value: string): string => createHash('sha256').update(value).digest('hex');

/** In the environment of the server that starts next. */
async function inEnvironment(name: string, value: string): Promise<void> {
  await fusionKit(['down']);
  house.env[`FUSION_SECRET_${name}`] = value;
}

const secretFile = (): string => join(house.home, 'data', 'keys', 'secrets.json');

async function ran(workflow: string, ...options: string[]) {
  await writeFile(join(house.home, 'given.workflow.yaml'), workflow);
  return fusionKit(['run', join(house.home, 'given.workflow.yaml'), '--json', ...options]);
}

/** The command lines of all processes of this machine, again and again until it is stopped. */
function watchedCommandLines() {
  const seen = new Set<string>();
  const over = new AbortController();
  const look = async (): Promise<void> => {
    while (!over.signal.aborted) {
      const ids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name));
      await Promise.all(
        ids.map(async (id) => seen.add(await readFile(`/proc/${id}/cmdline`, 'latin1').catch(() => ''))),
      );
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  };
  const looking = look();
  return async (): Promise<string> => {
    over.abort();
    await looking;
    return [...seen].join('\n');
  };
}

describe('a secret', () => {
  it('is given by name to who names it, and told nowhere: not in records, logs, answers, arguments or the database', async () => {
    await inEnvironment('DATABASE_URL', DATABASE_URL);
    const set = await fusionKit(['secret', 'set', 'NPM_TOKEN'], `${TOKEN}\n`);
    expect(set).toMatchObject({ exitCode: 0, err: '' });

    const show = 'env; cat /proc/*/environ; printf %s "$NPM_TOKEN" | base64; head -c 9000 /dev/zero | tr "\\0" x; env';
    const script = [
      { tool: 'shell', args: { command: 'printf %s "$NPM_TOKEN" | sha256sum; echo "$NPM_TOKEN" "$DATABASE_URL"' } },
      { tool: 'shell', args: { command: show } },
      { text: 'I found {{lastResult}}', tool: 'shell', args: { command: 'echo "$DATABASE_URL" >&2; exit 3' } },
      { tool: 'finish', args: { summary: 'it is {{lastResult}}' } },
    ];
    const watched = watchedCommandLines();
    const run = await ran(`
name: trusted
secrets: [NPM_TOKEN, DATABASE_URL]
setup: 'echo setting up with $NPM_TOKEN'
check: 'echo $NPM_TOKEN $DATABASE_URL'
team:
  - { name: trusted, provider: local, model: coder, capabilities: [trusted], secrets: [NPM_TOKEN, DATABASE_URL] }
  - { name: other, provider: local, model: coder, capabilities: [other] }
nodes:
  use:
    title: Use it
    requires: [trusted]
    prompt: ${JSON.stringify(`<<SCRIPT ${JSON.stringify(script)} >>`)}
  lack:
    title: Be without it
    requires: [other]
    prompt: ${JSON.stringify(
      `<<SCRIPT ${JSON.stringify([
        { tool: 'shell', args: { command: 'echo "other has [$NPM_TOKEN]"' } },
        { tool: 'finish', args: { summary: 'done' } },
      ])} >>`,
    )}
  command:
    title: Use it in a command
    run: 'sleep 0.777; printf %s "$DATABASE_URL" | sha256sum; env; echo "$NPM_TOKEN" >&2'
    verify: ['echo verified with $NPM_TOKEN']
`);
    const lines = await watched();
    expect(stateOf(run)).toBe('completed');
    const failed = await ran(`
name: failing
secrets: [NPM_TOKEN]
nodes:
  command: { title: Fail, run: 'echo "failed with $NPM_TOKEN"; exit 4', retries: 0 }
`);
    expect(failed.out).toContain('failed with [secret]');
    const answers = await Promise.all(
      [
        ['events', 'tail', '--limit', '1000'],
        ['secret', 'list'],
        ['run', 'list'],
        ['task', 'list'],
        ['agent', 'list'],
        ['status'],
      ].map((argv) => fusionKit([...argv, '--json'])),
    );

    const told = [set, run, failed, ...answers].map(({ out, err }) => out + err).join('\n');
    // They had it, each its own.
    expect(told).toContain(digest(TOKEN));
    expect(told).toContain(digest(DATABASE_URL));
    expect(told).toContain('other has []');
    expect(told).toContain('[secret]');
    expect(lines).toContain('sleep\x000.777');
    // Whole, its parts, and as other formats write it.
    const json = JSON.stringify(DATABASE_URL).slice(1, -1);
    for (const form of [TOKEN, DATABASE_URL, json, btoa(TOKEN).replace(/=+$/, ''), encodeURIComponent(DATABASE_URL)]) {
      expect(told).not.toContain(form);
      expect(lines).not.toContain(form);
      expect(await holding(house.home, form)).toEqual(form === TOKEN ? [secretFile()] : []);
    }
    expect((await stat(secretFile())).mode & 0o777).toBe(0o600);
    expect((await stat(join(secretFile(), '..'))).mode & 0o777).toBe(0o700);
  });

  it('that a model was told does not keep a run from being enacted again from its record', async () => {
    await fusionKit(['secret', 'set', 'NPM_TOKEN'], TOKEN);
    const script = [
      { tool: 'shell', args: { command: 'echo "found $NPM_TOKEN"' } },
      { text: 'I have {{lastResult}}', tool: 'shell', args: { command: 'true' } },
      { tool: 'finish', args: { summary: 'done' } },
    ];
    const run = await ran(`
name: told
team: [{ name: ada, provider: local, model: coder, secrets: [NPM_TOKEN] }]
nodes:
  one: { title: One, prompt: ${JSON.stringify(`<<SCRIPT ${JSON.stringify(script)} >>`)} }
`);
    expect(stateOf(run)).toBe('completed');
    const { id } = (JSON.parse(run.out) as { run: { id: string } }).run;
    const asked = provider.requests().length;
    const again = await fusionKit(['run', 'reenact', id, '--json']);
    expect(stateOf(again)).toBe('completed');
    expect(
      provider
        .requests()
        .slice(asked)
        .filter(({ method }) => method === 'POST'),
    ).toEqual([]);
    expect(run.out + again.out).not.toContain(TOKEN);
  });

  it('that is missing ends the work before it begins, with what to do; once it is set the same work is done', async () => {
    const workflow = `
name: lacking
team: [{ name: ada, provider: local, model: coder, secrets: [NOT_THERE] }]
nodes:
  one: { title: One, prompt: 'Say nothing.' }
`;
    const lacking = await ran(workflow);
    expect(lacking.exitCode).not.toBe(0);
    expect(lacking.out).toContain('secret_missing');
    expect(lacking.out).toContain('fusion-kit secret set NOT_THERE');
    expect(provider.requests().filter(({ method }) => method === 'POST')).toEqual([]);

    const commands = `
name: lacking
secrets: [NOT_THERE]
nodes: { one: { title: One, run: 'true' } }
`;
    expect((await ran(commands)).out).toContain('secret_missing');
    await fusionKit(['secret', 'set', 'NOT_THERE'], 'there it is');
    expect(stateOf(await ran(commands))).toBe('completed');
  });

  it('that is too short to be kept out of what is told is not taken, and not given', async () => {
    const refused = await fusionKit(['secret', 'set', 'PIN'], '1234567');
    expect(refused).toMatchObject({ exitCode: 2, err: expect.stringContaining('8 to 16,000 characters') });
    expect(refused.err).not.toContain('1234567');
    await inEnvironment('PIN', '1234567');
    const run = await ran('name: short\nsecrets: [PIN]\nnodes: { one: { title: One, run: "true" } }\n');
    expect(run.out).toContain('secret_unfit');
    expect(run.out).not.toContain('1234567');
  });

  it('is listed with where it comes from, the environment before the file, and removed', async () => {
    await fusionKit(['secret', 'set', 'ONE'], 'the first of them');
    await inEnvironment('TWO', 'the second of them');
    const list = async () =>
      (JSON.parse((await fusionKit(['secret', 'list', '--json'])).out) as { secrets: unknown }).secrets;
    expect(await list()).toEqual([
      { name: 'ONE', origin: `file ${secretFile()}` },
      { name: 'TWO', origin: 'environment FUSION_SECRET_TWO' },
    ]);
    expect((await fusionKit(['secret', 'remove', 'ONE'])).out).toContain('secret ONE is gone from: file');
    expect(await list()).toEqual([{ name: 'TWO', origin: 'environment FUSION_SECRET_TWO' }]);
    expect((await fusionKit(['secret', 'set', 'not-a-name'], 'whatever it is')).exitCode).toBe(2);
  });
});
