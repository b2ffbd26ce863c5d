import { existsSync, lstatSync, readdirSync, readFileSync } from 'node:fs';
import { chmod, mkdir, mkdtemp, realpath, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import type { Turn } from '@fusion-kit/domain/ports/runtime';
import { turnBench, type TurnBench } from '@fusion-kit/testing/turn-bench';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { KeptLogin } from '../login/kept-login.ts';
import { openPrograms } from '../open-programs.ts';

let bench: TurnBench;
let root: string;
let mia: string;
beforeEach(async () => {
  bench = await turnBench();
  root = await realpath(await mkdtemp(join(tmpdir(), 'fusion-homes-')));
  mia = join(root, 'mia');
  await mkdir(mia);
  for (const name of ['claude', 'claude-agent-acp', 'codex']) {
    const path = join(root, 'bin', name);
    await mkdir(dirname(path), { recursive: true });
    await writeFile(path, '#!/bin/sh\necho 9.9.9\n');
    await chmod(path, 0o755);
  }
});
afterEach(async () => {
  await bench.close();
  await rm(root, { recursive: true, force: true });
});

const TOKEN = 'the-token-of-the-dispatch';
const never = new AbortController().signal;
const programs = () => openPrograms({ env: { PATH: join(root, 'bin'), HOME: mia }, dataDir: join(root, 'data') });
const turnOf = (agent: Partial<Turn['agent']>): Turn => ({
  ...bench.turn,
  agent: { ...bench.turn.agent, model: 'maker/model', ...agent },
  services: { url: 'http://127.0.0.1:24080', token: TOKEN, failure: () => undefined },
});
const inHome = (path: string): string => join(bench.turn.home, path);
const text = (path: string): string => readFileSync(inHome(path), 'utf8');
async function put(path: string, content: unknown): Promise<void> {
  await mkdir(dirname(join(mia, path)), { recursive: true });
  await writeFile(join(mia, path), typeof content === 'string' ? content : JSON.stringify(content));
}
/** Files of the HOME that hold a text. */
const holding = (part: string): string[] =>
  readdirSync(bench.turn.home, { recursive: true, encoding: 'utf8' }).filter(
    (path) => lstatSync(inHome(path)).isFile() && text(path).includes(part),
  );

describe('an agent whose models are asked by the gateway', () => {
  it('has a HOME that leads its program there, by the token of the dispatch', async () => {
    const { env, version } = await programs().launch(turnOf({ program: 'codex' }), 'headless', never);
    expect(version).toBe('9.9.9');
    expect(env).toMatchObject({ CODEX_HOME: inHome('.codex'), FUSION_KIT_MODEL_TOKEN: TOKEN });
    expect(text('.codex/config.toml')).toMatch(/model_provider = "fusion-kit"[\s\S]*http:\/\/127\.0\.0\.1:24080\/v1/);
    // For its tools: these it cannot be given by the environment.
    expect(holding(TOKEN)).toEqual(['.codex/config.toml']);
    expect(lstatSync(inHome('.codex/config.toml')).mode & 0o777).toBe(0o600);
  });

  it("has none of the user's keys or login, and of their configuration what was chosen, under ours", async () => {
    await put('.codex/auth.json', { OPENAI_API_KEY: 'sk-planted-0123456789abcdef' });
    await put(
      '.codex/config.toml',
      'model_provider = "mine"\nmodel_reasoning_effort = "high"\nsandbox_mode = "read-only"\n',
    );
    await put('.codex/AGENTS.md', 'Be brief.');
    const turn = turnOf({ program: 'codex', takes: ['settings', 'instructions'] });
    const { leftOut } = await programs().launch(turn, 'headless', never);
    expect(text('.codex/AGENTS.md')).toBe('Be brief.');
    expect(text('.codex/config.toml')).toContain('model_reasoning_effort = "high"');
    expect(text('.codex/config.toml')).toContain('sandbox_mode = "danger-full-access"');
    expect(holding('planted')).toEqual([]);
    expect(leftOut).toEqual([]);
  });

  it('cannot have its HOME written elsewhere by links that it left there', async () => {
    const elsewhere = join(root, 'elsewhere');
    await mkdir(elsewhere);
    await writeFile(join(elsewhere, 'config.toml'), 'of somebody else');
    await symlink(elsewhere, inHome('.codex'));
    await programs().launch(turnOf({ program: 'codex' }), 'headless', never);
    expect(readdirSync(elsewhere)).toEqual(['config.toml']);
    expect(readFileSync(join(elsewhere, 'config.toml'), 'utf8')).toBe('of somebody else');
    expect(lstatSync(inHome('.codex')).isDirectory()).toBe(true);
    await rm(inHome('.codex/config.toml'));
    await symlink(join(elsewhere, 'config.toml'), inHome('.codex/config.toml'));
    await programs().launch(turnOf({ program: 'codex' }), 'headless', never);
    expect(readFileSync(join(elsewhere, 'config.toml'), 'utf8')).toBe('of somebody else');
    expect(lstatSync(inHome('.codex/config.toml')).isSymbolicLink()).toBe(false);
  });
});

describe('an agent with a login', () => {
  const PATH = '.claude/.credentials.json';
  const credentials = (name: string, expiresAt: number) =>
    JSON.stringify({ claudeAiOauth: { accessToken: name, expiresAt } });
  const login: KeptLogin = {
    program: 'claude',
    madeAt: 1,
    from: 'a test',
    files: { [PATH]: credentials('first', Date.now()) },
    parts: { '.claude.json': { oauthAccount: { accountUuid: 'mia' } } },
  };
  const turn = () => turnOf({ program: 'claude', credentials: 'login' });

  it('is refused without one, when it is made and when it starts, and told what to do', async () => {
    const refusal = { code: 'login_missing', remedy: expect.stringContaining('fusion-kit agent login claude') };
    await expect(programs().check(turn().agent, 'headless')).rejects.toMatchObject(refusal);
    await expect(programs().launch(turn(), 'headless', never)).rejects.toMatchObject(refusal);
    expect(existsSync(inHome(PATH))).toBe(false);
  });

  it('has it while its program runs and not longer, and is led to its vendor', async () => {
    const open = programs();
    await open.logins.write(login);
    const { env, close } = await open.launch(turn(), 'headless', never);
    expect(text(PATH)).toBe(login.files[PATH]);
    expect(JSON.parse(text('.claude.json'))).toMatchObject({
      hasCompletedOnboarding: true,
      oauthAccount: { accountUuid: 'mia' },
    });
    expect(env).not.toHaveProperty('ANTHROPIC_BASE_URL');
    expect(env).not.toHaveProperty('ANTHROPIC_API_KEY');
    await close();
    expect(existsSync(inHome(PATH))).toBe(false);
  });

  it('gives back what its program refreshed, also where the server was killed before it could take it', async () => {
    const open = programs();
    await open.logins.write(login);
    const first = await open.launch(turn(), 'headless', never);
    const second = credentials('second', Date.now() + 60_000);
    await writeFile(inHome(PATH), second);
    await first.close();
    expect((await open.logins.read('claude'))?.files[PATH]).toBe(second);
    await open.launch(turn(), 'headless', never);
    const third = credentials('third', Date.now() + 120_000);
    await writeFile(inHome(PATH), third);
    await programs().launch(turn(), 'headless', never);
    expect((await open.logins.read('claude'))?.files[PATH]).toBe(third);
    expect(text(PATH)).toBe(third);
  });

  it('loses it when it is to use the gateway from now on', async () => {
    const open = programs();
    await open.logins.write(login);
    await open.launch(turn(), 'headless', never);
    await open.launch(turnOf({ program: 'claude' }), 'headless', never);
    expect(holding('first')).toEqual([]);
  });

  it('may be a token, which is in the environment of its program and in no file', async () => {
    const open = programs();
    await open.logins.write({ ...login, files: {}, parts: {}, token: 'oauth-token-of-mia' });
    const { env } = await open.launch(turn(), 'headless', never);
    expect(env['CLAUDE_CODE_OAUTH_TOKEN']).toBe('oauth-token-of-mia');
    expect(holding('oauth-token-of-mia')).toEqual([]);
  });
});

it.each([
  ['no program', undefined, 'program_unknown'],
  ['one that there is not', 'claud', 'program_unknown'],
  ['one that is not installed', 'gemini', 'program_missing'],
] as const)('an agent that names %s is refused', async (_what, program, code) => {
  const { agent } = turnOf(program ? { program } : {});
  await expect(programs().check(agent, 'headless')).rejects.toMatchObject({ code });
});

it('an agent whose provider does not speak the format of its program is refused, and told what it does speak', async () => {
  const wires = { 'openai-chat': 'http://x' };
  const upstreamOf = () => ({ id: 'local', wires });
  const open = openPrograms({ env: { PATH: join(root, 'bin'), HOME: mia }, dataDir: join(root, 'data'), upstreamOf });
  await expect(open.check(turnOf({ program: 'claude' }).agent, 'headless')).rejects.toMatchObject({
    code: 'wire_unspoken',
    message: expect.stringMatching(/anthropic-messages.*local.*openai-chat/),
  });
});

it('says what an installation would download', async () => {
  await expect(programs().check(turnOf({ program: 'gemini' }).agent, 'acp')).rejects.toMatchObject({
    remedy: expect.stringMatching(/fusion-kit agent install gemini.*@google\/gemini-cli@[\d.]+, about \d+ MB/),
  });
});
