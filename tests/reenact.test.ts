import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, realpath, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { startScriptedServer, type ScriptedServer } from '@fusion-kit/upstreams/scripted/server';
import { afterEach, beforeEach, expect, it } from 'vitest';

const BIN = fileURLToPath(new URL('../packages/cli/bin/fusion-kit.js', import.meta.url));
const execute = promisify(execFile);

let home: string;
let project: string;
let provider: ScriptedServer;

const json = async (...argv: string[]) => {
  const { OPENROUTER_API_KEY: _key, FUSION_KIT_SCENARIO: _scenario, ...rest } = process.env;
  const own = { FUSION_KIT_HOME: join(home, 'data'), FUSION_KIT_KEYRING: 'off', LOCAL_KEY: provider.apiKey };
  const options = { cwd: project, env: { ...rest, ...own }, maxBuffer: 64_000_000 };
  const { stdout } = await execute(process.execPath, [BIN, ...argv, '--json'], options);
  return JSON.parse(stdout);
};
const git = async (...argv: string[]) => {
  const identity = ['-c', 'user.name=tester', '-c', 'user.email=tester@localhost'];
  return (await execute('git', [...identity, ...argv], { cwd: project })).stdout.trim();
};

beforeEach(async () => {
  home = await realpath(await mkdtemp(join(tmpdir(), 'fusion-kit-reenact-')));
  project = join(home, 'shop');
  await mkdir(project);
  await git('init', '--quiet');
  await git('commit', '--quiet', '--allow-empty', '-m', 'first');
  provider = await startScriptedServer();
});
afterEach(async () => {
  await json('down');
  await provider.close();
  await rm(home, { recursive: true, force: true });
});

const prompt = (file: string, command: string) =>
  JSON.stringify(
    `<<SCRIPT ${JSON.stringify([
      { tool: 'write_file', args: { path: file, content: `${file} by hand\n` } },
      { tool: 'shell', args: { command } },
      { tool: 'finish', args: { summary: `wrote ${file}: {{lastResult}}` } },
    ])} >>`,
  );
// Who does what is settled by capabilities: an agent is told its name, so a task that went to another one would ask otherwise than the record has it.
const WORKFLOW = `
name: three
team:
  - { name: ada, provider: local, model: coder, capabilities: [ada] }
  - { name: grace, provider: local, model: coder, capabilities: [grace] }
  - { name: joan, provider: local, model: coder, capabilities: [joan] }
nodes:
  one: { title: One, requires: [ada], prompt: ${prompt('one.txt', 'tr a-z A-Z < one.txt > loud.txt; wc -l one.txt')} }
  two: { title: Two, requires: [grace], prompt: ${prompt('two.txt', 'cat two.txt two.txt > twice.txt; wc -l twice.txt')} }
  three: { title: Three, requires: [joan], needs: [one, two], prompt: ${prompt('three.txt', 'cat one.txt twice.txt > all.txt; wc -l all.txt')} }
`;

it('a run of three agents is done again from its record, without its provider, and gives the same tree at no cost', async () => {
  await json(
    'provider',
    'add',
    'local',
    '--protocol',
    'openrouter',
    '--base-url',
    provider.baseUrl,
    '--key-variable',
    'LOCAL_KEY',
  );
  await writeFile(join(home, 'three.workflow.yaml'), WORKFLOW);
  const first = (await json('run', join(home, 'three.workflow.yaml'))).run;
  expect(first).toMatchObject({ state: 'completed' });
  expect(first.usage.calls).toBe(9);
  const asked = provider.requests().length;
  await provider.close();
  // The user's own work goes on meanwhile: it is not what the first run began at.
  await git('commit', '--quiet', '--allow-empty', '-m', 'second');

  const again = (await json('run', 'reenact', first.id)).run;

  expect(again).toMatchObject({ state: 'completed', base: first.base });
  expect(again.id).not.toBe(first.id);
  expect(again.usage).toMatchObject({ calls: 0, inputTokens: 0, outputTokens: 0, costUsd: 0 });
  const treeOf = (branch: string) => git('rev-parse', `${branch}^{tree}`);
  expect(await treeOf(again.branch)).toBe(await treeOf(first.branch));
  expect(await git('ls-tree', '--name-only', again.branch)).toContain('all.txt');
  expect(provider.requests()).toHaveLength(asked);
});
