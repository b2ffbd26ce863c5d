import { chmod, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { startScriptedServer, type ScriptedServer } from '@fusion-kit/upstreams/scripted/server';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { type CommandHouse, holding, openCommandHouse, stateOf } from './command-house.ts';

let house: CommandHouse;
let provider: ScriptedServer;

const fusionKit: CommandHouse['fusionKit'] = (argv, input) => house.fusionKit(argv, input);

beforeEach(async () => {
  house = await openCommandHouse('keys');
  provider = await startScriptedServer();
});
afterEach(async () => {
  await house.close();
  await provider.close();
});

const WORKFLOW = (script: unknown) => `
name: curious
team:
  - { name: curious, provider: local, model: coder }
nodes:
  look:
    title: Look around
    prompt: ${JSON.stringify(`<<SCRIPT ${JSON.stringify(script)} >>`)}
`;

it('a key is nowhere but where it was put: not in records, logs, answers, workspaces or what an agent can see', async () => {
  const key = provider.apiKey;
  const set = await fusionKit(['provider', 'key', 'set', 'local'], `${key}\n`);
  expect(set).toMatchObject({ exitCode: 0, err: '' });
  const planted = 'sk-planted-in-the-environment-0123456789';
  house.env['OPENAI_API_KEY'] = planted;
  const added = await fusionKit([
    'provider',
    'add',
    'local',
    '--protocol',
    'openrouter',
    '--base-url',
    provider.baseUrl,
  ]);
  expect(added.exitCode).toBe(0);

  const look = 'env; cat /proc/self/environ; cat /proc/$PPID/environ; cat "$HOME"/* 2>/dev/null; true';
  const script = [
    { tool: 'shell', args: { command: `(${look}) > seen.txt 2>&1; cat seen.txt` } },
    // What an agent has found it may put into a prompt; there it is taken for a key too.
    { tool: 'write_file', args: { path: 'note.txt', content: 'nothing found' } },
    { tool: 'finish', args: { summary: 'looked around' } },
  ];
  await writeFile(join(house.home, 'curious.workflow.yaml'), WORKFLOW(script));
  const run = await fusionKit(['run', join(house.home, 'curious.workflow.yaml'), '--json']);
  expect(stateOf(run)).toBe('completed');
  const answers = await Promise.all(
    [
      ['provider', 'list'],
      ['provider', 'check', 'local'],
      ['provider', 'key', 'show', 'local'],
      ['events', 'tail', '--limit', '1000'],
      ['run', 'list'],
      ['status'],
    ].map((argv) => fusionKit([...argv, '--json'])),
  );

  const keyFile = join(house.home, 'data', 'keys', 'keys.json');
  expect(await holding(house.home, key)).toEqual([keyFile]);
  expect(await holding(house.home, planted)).toEqual([]);
  for (const { out, err } of [set, added, run, ...answers])
    for (const secret of [key, planted]) expect(out + err).not.toContain(secret);
  expect(answers[3]?.out).toContain('PATH=');
  expect(answers[2]?.out).toContain(keyFile);
  expect((await stat(keyFile)).mode & 0o777).toBe(0o600);
  expect((await stat(join(house.home, 'data', 'keys'))).mode & 0o777).toBe(0o700);
});

it('a program of its own in a cage asks a model and sees no key, wherever it looks', async () => {
  const key = provider.apiKey;
  await fusionKit(['provider', 'key', 'set', 'local'], `${key}\n`);
  const planted = 'sk-planted-in-the-environment-0123456789';
  house.env['OPENAI_API_KEY'] = planted;
  await fusionKit(['provider', 'add', 'local', '--protocol', 'openrouter', '--base-url', provider.baseUrl]);
  const asked = { model: 'any', messages: [{ role: 'user', content: '<<SCRIPT [{"say": "Good day"}] >>' }] };
  const look = `env; cat /proc/*/environ /proc/*/cmdline | tr '\\0' '\\n'; find "$HOME" -type f -exec cat {} +; ls /root /home
    curl -sS --max-time 30 -H 'content-type: application/json' -H "authorization: Bearer $TOKEN" -d '${JSON.stringify(asked)}' "$GATEWAY/v1/chat/completions"`;
  const looker = {
    headless: { command: '/bin/sh', args: ['-c', `(${look}) 2>&1`] },
    wire: 'openai-chat',
    env: { GATEWAY: '{gateway}', TOKEN: '{token}' },
  };
  await writeFile(join(house.home, 'data', 'agents.json'), JSON.stringify({ looker }));
  await writeFile(
    join(house.home, 'looker.workflow.yaml'),
    `
name: looker
team: [{ name: looker, runtime: command, program: looker, provider: local, model: coder }]
nodes:
  look: { title: Look around, prompt: Look around., outputs: [summary] }
`,
  );
  const run = await fusionKit(['run', join(house.home, 'looker.workflow.yaml'), '--json']);
  const tail = await fusionKit(['events', 'tail', '--limit', '1000', '--json']);

  expect(stateOf(run)).toBe('completed');
  expect(await holding(join(house.home, 'data', 'blobs'), 'Good day')).not.toEqual([]);
  expect(await holding(join(house.home, 'data', 'blobs'), 'FUSION_KIT_PLACE=')).not.toEqual([]);
  expect(await holding(house.home, key)).toEqual([join(house.home, 'data', 'keys', 'keys.json')]);
  expect(await holding(house.home, planted)).toEqual([]);
  for (const { out, err } of [run, tail]) for (const secret of [key, planted]) expect(out + err).not.toContain(secret);
});

it('a key file that others may read is refused, with what to do about it', async () => {
  await fusionKit(['provider', 'key', 'set', 'openrouter'], 'sk-or-a-key-for-this-test');
  const keyFile = join(house.home, 'data', 'keys', 'keys.json');
  await chmod(keyFile, 0o640);

  const shown = await fusionKit(['provider', 'key', 'show', 'openrouter']);
  expect(shown.exitCode).not.toBe(0);
  expect(shown.err).toContain(`chmod 600 ${keyFile}`);
  await chmod(keyFile, 0o600);
  await chmod(join(house.home, 'data', 'keys'), 0o755);
  expect((await fusionKit(['provider', 'key', 'show', 'openrouter'])).err).toContain('chmod 700');
});

it('the environment goes before the file, and a key that is set while the server runs is used at once', async () => {
  await fusionKit(['provider', 'add', 'local', '--protocol', 'openrouter', '--base-url', provider.baseUrl]);
  expect((await fusionKit(['provider', 'check', 'local'])).exitCode).toBe(1);
  await fusionKit(['provider', 'key', 'set', 'local'], provider.apiKey);
  expect((await fusionKit(['provider', 'check', 'local'])).exitCode).toBe(0);
  await fusionKit(['provider', 'key', 'remove', 'local']);
  expect((await fusionKit(['provider', 'check', 'local'])).exitCode).toBe(1);

  await fusionKit(['provider', 'key', 'set', 'openai'], 'sk-from-the-file');
  house.env['OPENAI_API_KEY'] = 'sk-from-the-environment';
  expect((await fusionKit(['provider', 'key', 'show', 'openai'])).out).toContain('environment OPENAI_API_KEY');
});

it('what cannot be a key is not taken, and not repeated', async () => {
  const refused = await fusionKit(['provider', 'key', 'set', 'openai'], 'two words');

  expect(refused.exitCode).not.toBe(0);
  expect(refused.err).not.toContain('two words');
});
