import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, realpath, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import type { Fault } from '@fusion-kit/upstreams/scripted/faults';
import { startScriptedServer, type ScriptedServer } from '@fusion-kit/upstreams/scripted/server';
import { afterAll, beforeAll, expect, it, onTestFinished, vi } from 'vitest';

const BIN = fileURLToPath(new URL('../packages/cli/bin/fusion-kit.js', import.meta.url));
const execute = promisify(execFile);

let home: string;
let project: string;
let provider: ScriptedServer;

const json = async (...argv: string[]) => {
  const { OPENROUTER_API_KEY: _key, FUSION_KIT_SCENARIO: _scenario, ...rest } = process.env;
  const own = { FUSION_KIT_HOME: join(home, 'data'), FUSION_KIT_KEYRING: 'off', LOCAL_KEY: provider.apiKey };
  const options = { cwd: project, env: { ...rest, ...own }, maxBuffer: 64_000_000 };
  const { stdout } = await execute(process.execPath, [BIN, ...argv, '--json'], options).catch(
    (error: { stdout: string }) => error,
  );
  return JSON.parse(stdout);
};

beforeAll(async () => {
  home = await realpath(await mkdtemp(join(tmpdir(), 'fusion-kit-faults-')));
  project = join(home, 'shop');
  await mkdir(project);
  const identity = ['-c', 'user.name=tester', '-c', 'user.email=tester@localhost'];
  await execute('git', ['init', '--quiet'], { cwd: project });
  await execute('git', [...identity, 'commit', '--quiet', '--allow-empty', '-m', 'first'], { cwd: project });
  provider = await startScriptedServer();
  const address = ['--protocol', 'openrouter', '--base-url', provider.baseUrl, '--key-variable', 'LOCAL_KEY'];
  await json('provider', 'add', 'local', ...address);
});
afterAll(async () => {
  await json('down');
  await provider.close();
  await rm(home, { recursive: true, force: true });
});

/** A run of one agent that writes, is disturbed when it goes on, and finishes. */
async function disturbed(name: string, fault: Fault): Promise<string> {
  const script = [
    { tool: 'write_file', args: { path: `${name}.txt`, content: 'here' } },
    { tool: 'finish', args: { summary: `all of ${name}` } },
  ];
  const file = join(home, `${name}.workflow.yaml`);
  await writeFile(
    file,
    `name: ${name}
team:
  - { name: ${name}-agent, provider: local, model: coder }
nodes:
  work: { title: Work, prompt: ${JSON.stringify(`<<SCRIPT ${JSON.stringify(script)} >>`)} }
`,
  );
  provider.faults([{ ...fault, match: `all of ${name}` }]);
  return (await json('run', file, '--detach')).run.id;
}
const ended = (runId: string) =>
  vi.waitFor(async () => expect((await json('run', 'get', runId)).run.state).not.toBe('running'), {
    timeout: 40_000,
    interval: 300,
  });
const taskOf = async (runId: string) => (await json('task', 'list', '--run', runId)).tasks[0];

it.each<[string, Fault]>([
  ['failing', { status: 500 }],
  ['overloaded', { status: 503 }],
  ['limited', { status: 429, retryAfterS: 1 }],
  ['cut', { cutStream: true }],
  ['malformed', { malformed: true }],
  ['broken', { midStreamError: true }],
  ['odd', { errorCode: 502 }],
])('a run whose provider is %s for a moment completes by itself, and no attempt is used up', async (name, fault) => {
  const runId = await disturbed(name, fault);
  await ended(runId);
  const { failure, state, attempts } = await taskOf(runId);
  expect({ failure, state, attempts }).toEqual({ failure: undefined, state: 'completed', attempts: 0 });
});

it.each<[string, Fault, string, number]>([
  ['penniless', { status: 402 }, 'provider_credits', 300_000],
  ['ninety', { status: 429, retryAfterS: 90 }, 'provider_limited', 90_000],
])(
  'a run that is refused for long (%s) is parked, and says why and for how long',
  async (name, fault, code, waitMs) => {
    const runId = await disturbed(name, fault);

    await vi.waitFor(async () => expect((await taskOf(runId)).failure?.code).toBe(code), {
      timeout: 40_000,
      interval: 300,
    });
    const task = await taskOf(runId);
    expect(task).toMatchObject({
      state: 'queued',
      attempts: 0,
      waitingFor: expect.stringMatching(/^parked, next attempt in \d+ s: local answered/),
    });
    expect(task.notBefore - Date.now()).toBeGreaterThan(waitMs / 2);
    expect((await json('run', 'get', runId)).run.state).toBe('running');
  },
);

it('an agent of a key that ran out while no server was there is opened again by itself, and its run does not fail', async () => {
  await json('down'); // and with it that the provider is to be left alone for a while
  await ended(await disturbed('answered', { status: 500 }));
  await json('down');
  provider.renewKey('another');
  onTestFinished(() => provider.renewKey(provider.apiKey));
  const runId = await disturbed('expired', { status: 500 });

  const agent = async () => await json('agent', 'get', 'expired-agent');
  await vi.waitFor(async () => expect((await agent()).state).toBe('error'), { timeout: 40_000, interval: 300 });
  expect((await agent()).failure).toMatchObject({ code: 'provider_key_expired', retryAfterMs: expect.any(Number) });
  expect((await json('run', 'get', runId)).run.state).toBe('running');
});
