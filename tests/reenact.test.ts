import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, realpath, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { setTimeout as after } from 'node:timers/promises';
import { promisify } from 'node:util';
import type { Run } from '@fusion-kit/domain/run';
import { startScriptedServer, type ScriptedServer } from '@fusion-kit/upstreams/scripted/server';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { startServer } from './real-server.ts';

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

const prompt = (steps: readonly object[]) => JSON.stringify(`<<SCRIPT ${JSON.stringify(steps)} >>`);
const writes = (file: string, command: string) =>
  prompt([
    { tool: 'write_file', args: { path: file, content: `${file} by hand\n` } },
    { tool: 'shell', args: { command } },
    { tool: 'finish', args: { summary: `wrote ${file}: {{lastResult}}` } },
  ]);
const FILES = ['one', 'two', 'three'];
const team = (...names: string[]) =>
  `team: [${names.map((name) => `{ name: ${name}, provider: local, model: coder }`).join(', ')}]`;
// Any of the three may take any task, and each is told its name: what another one did the first time would be asked otherwise.
const workflow = (files: readonly string[]) => `
name: three
${team('ada', 'grace', 'joan')}
nodes:
${files.map((file) => `  ${file}: { title: ${file}, prompt: ${writes(`${file}.txt`, `tr a-z A-Z < ${file}.txt > ${file}-loud.txt; wc -l ${file}.txt`)} }`).join('\n')}
  all: { title: All, needs: [${files.join(', ')}], prompt: ${writes('last.txt', 'cat *-loud.txt > all.txt; wc -l all.txt')} }
`;
const ASKING = `
name: asking
${team('ada')}
nodes:
  ask:
    title: Ask
    prompt: ${prompt([
      { tool: 'write_file', args: { path: 'asked.txt', content: 'asked\n' } },
      { tool: 'ask_person', args: { question: 'Go on?' } },
      { tool: 'shell', args: { command: 'cat asked.txt > went-on.txt; wc -l went-on.txt' } },
      { tool: 'finish', args: { summary: '{{lastResult}}' } },
    ])}
`;

const local = () =>
  json(
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
const file = async (source: string) => {
  const path = join(home, 'it.workflow.yaml');
  await writeFile(path, source);
  return path;
};
const treeOf = (branch: string) => git('rev-parse', `${branch}^{tree}`);
const NOTHING = { calls: 0, inputTokens: 0, outputTokens: 0, costUsd: 0 };

it(
  'a run of three agents is done again from its record, without its provider, and gives the same tree at no cost',
  { timeout: 240_000 },
  async () => {
    await local();
    const first = (await json('run', await file(workflow(FILES)))).run;
    expect(first).toMatchObject({ state: 'completed' });
    expect(first.usage.calls).toBe(12);
    const asked = provider.requests().length;
    await provider.close();
    // The user's own work goes on meanwhile: it is not what the first run began at.
    await git('commit', '--quiet', '--allow-empty', '-m', 'second');

    const again = (await json('run', 'reenact', first.id)).run;

    expect(again).toMatchObject({ state: 'completed', base: first.base });
    expect(again.id).not.toBe(first.id);
    expect(again.usage).toMatchObject(NOTHING);
    expect(await treeOf(again.branch)).toBe(await treeOf(first.branch));
    expect(await git('ls-tree', '--name-only', again.branch)).toContain('all.txt');
    expect(provider.requests()).toHaveLength(asked);
    const doers = async (run: string): Promise<string[]> => {
      const all: { agents: { id: string; name: string }[] } = await json('agent', 'list', '--all');
      const names = new Map(all.agents.map(({ id, name }) => [id, name]));
      const tasks: { tasks: { node: string; lastAgentId: string }[] } = await json('task', 'list', '--run', run);
      return tasks.tasks.map(({ node, lastAgentId }) => `${node}: ${names.get(lastAgentId)}`).toSorted();
    };
    expect(await doers(again.id)).toEqual(await doers(first.id));
    const refused = (await json('run', 'reenact', again.id).catch((error: unknown) => error)) as { stdout: string };
    expect(refused.stdout).toContain(`run reenact ${first.id}`);
  },
);

it('a run that kept work of another one is done again from where that left it', { timeout: 240_000 }, async () => {
  await local();
  const first = (await json('run', await file(workflow(['one'])))).run;
  const fork = (await json('run', 'rerun', first.id, '--from', 'all')).run;
  expect(fork.usage.calls).toBe(3);
  await provider.close();

  const again = (await json('run', 'reenact', fork.id)).run;

  expect(again).toMatchObject({ state: 'completed', base: fork.base, usage: NOTHING });
  expect(await treeOf(again.branch)).toBe(await treeOf(fork.branch));
  const tasks: { tasks: { node: string; inheritedFrom?: string }[] } = await json('task', 'list', '--run', again.id);
  const kept = tasks.tasks.filter(({ inheritedFrom }) => inheritedFrom !== undefined);
  expect(kept.map(({ node }) => node)).toEqual(['one']);
});

it(
  'a server that ends in the midst of a record goes on with the call that comes next',
  { timeout: 240_000 },
  async () => {
    const start = () => startServer({ home: join(home, 'data'), env: { LOCAL_KEY: provider.apiKey } });
    let server = await start();
    await local();
    const state = async (run: string) => (await server.call<{ state: string }>('GET', `/runs/${run}`)).state;
    const answered = async (run: string) => {
      for (;;) {
        const { items } = await server.call<{ items: { taskId: string }[] }>('GET', `/inbox?run=${run}`);
        if (items[0]) await server.call('PATCH', `/tasks/${items[0].taskId}`, { action: 'reply', text: 'yes' });
        if (items[0]) break;
        await after(50);
      }
      while ((await state(run)) === 'running') await after(50);
      return server.call<Run>('GET', `/runs/${run}`);
    };
    const begun = (await json('run', await file(ASKING), '--detach')).run;
    const first = await answered(begun.id);
    expect(first.state).toBe('completed');
    await provider.close();

    const { run: again } = await server.call<{ run: Run }>('POST', `/runs/${first.id}/reenact`, {});
    while ((await server.call<{ items: object[] }>('GET', `/inbox?run=${again.id}`)).items.length === 0)
      await after(50);
    await server.kill();
    server = await start();

    expect(await answered(again.id)).toMatchObject({ state: 'completed', usage: NOTHING });
    expect(await treeOf(again.branch!)).toBe(await treeOf(first.branch!));
  },
);
