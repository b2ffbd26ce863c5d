import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmod, mkdir, mkdtemp, readdir, readFile, realpath, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { startScriptedServer, type ScriptedServer } from '@fusion-kit/upstreams/scripted/server';
import { afterEach, beforeEach, expect, it } from 'vitest';

const BIN = fileURLToPath(new URL('../packages/cli/bin/fusion-kit.js', import.meta.url));

let home: string;
let project: string;
let provider: ScriptedServer;
let planted: Record<string, string>;

/** The built command in a process of its own, something piped into it. */
const fusionKit = (argv: readonly string[], input = ''): Promise<{ exitCode: number; out: string; err: string }> =>
  new Promise((resolve) => {
    const { OPENROUTER_API_KEY: _key, FUSION_KIT_SCENARIO: _scenario, ...rest } = process.env;
    const own = { FUSION_KIT_HOME: join(home, 'data'), FUSION_KIT_KEYRING: 'off', NO_COLOR: '1' };
    const options = { cwd: project, env: { ...rest, ...own, ...planted }, maxBuffer: 64_000_000 };
    const child = execFile(process.execPath, [BIN, ...argv], options, (error, out, err) =>
      resolve({ exitCode: error ? Number(error.code ?? -1) : 0, out, err }),
    );
    child.stdin?.end(input);
  });

beforeEach(async () => {
  home = await realpath(await mkdtemp(join(tmpdir(), 'fusion-kit-keys-')));
  project = join(home, 'shop');
  await mkdir(project);
  const identity = ['-c', 'user.name=tester', '-c', 'user.email=tester@localhost'];
  for (const argv of [
    ['init', '--quiet'],
    ['commit', '--quiet', '--allow-empty', '-m', 'first'],
  ])
    await once(spawn('git', [...identity, ...argv], { cwd: project }), 'close');
  provider = await startScriptedServer();
  planted = {};
});
afterEach(async () => {
  await fusionKit(['down']);
  await provider.close();
  await rm(home, { recursive: true, force: true });
});

/** Everything in all files below a directory that holds the text. */
async function holding(directory: string, text: string): Promise<string[]> {
  const entries = await readdir(directory, { recursive: true, withFileTypes: true });
  const paths = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
  const texts = await Promise.all(paths.map(async (path) => ((await readFile(path)).includes(text) ? [path] : [])));
  return texts.flat();
}

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
  planted = { OPENAI_API_KEY: 'sk-planted-in-the-environment-0123456789' };
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
  await writeFile(join(home, 'curious.workflow.yaml'), WORKFLOW(script));
  const run = await fusionKit(['run', join(home, 'curious.workflow.yaml'), '--json']);
  expect(run.out).toContain('"completed"');
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

  const keyFile = join(home, 'data', 'keys', 'keys.json');
  expect(await holding(home, key)).toEqual([keyFile]);
  expect(await holding(home, planted['OPENAI_API_KEY'] ?? '')).toEqual([]);
  for (const { out, err } of [set, added, run, ...answers])
    for (const secret of [key, planted['OPENAI_API_KEY'] ?? '']) expect(out + err).not.toContain(secret);
  expect(answers[3]?.out).toContain('PATH=');
  expect(answers[2]?.out).toContain(keyFile);
  expect((await stat(keyFile)).mode & 0o777).toBe(0o600);
  expect((await stat(join(home, 'data', 'keys'))).mode & 0o777).toBe(0o700);
});

it('a key file that others may read is refused, with what to do about it', async () => {
  await fusionKit(['provider', 'key', 'set', 'openrouter'], 'sk-or-a-key-for-this-test');
  const keyFile = join(home, 'data', 'keys', 'keys.json');
  await chmod(keyFile, 0o640);

  const shown = await fusionKit(['provider', 'key', 'show', 'openrouter']);
  expect(shown.exitCode).not.toBe(0);
  expect(shown.err).toContain(`chmod 600 ${keyFile}`);
  await chmod(keyFile, 0o600);
  await chmod(join(home, 'data', 'keys'), 0o755);
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
  planted = { OPENAI_API_KEY: 'sk-from-the-environment' };
  expect((await fusionKit(['provider', 'key', 'show', 'openai'])).out).toContain('environment OPENAI_API_KEY');
});

it('what cannot be a key is not taken, and not repeated', async () => {
  const refused = await fusionKit(['provider', 'key', 'set', 'openai'], 'two words');

  expect(refused.exitCode).not.toBe(0);
  expect(refused.err).not.toContain('two words');
});
