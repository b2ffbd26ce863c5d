import { chmod, mkdir, readFile, stat, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { wholeText } from '@fusion-kit/domain/kept-text';
import type { RuntimeView } from '@fusion-kit/domain/runtime-view';
import { command } from '@fusion-kit/runtimes/command/command';
import { openPrograms } from '@fusion-kit/runtimes/programs/open-programs';
import { startScriptedServer } from '@fusion-kit/upstreams/scripted/server';
import { scriptedUpstream } from '@fusion-kit/upstreams/scripted/upstream';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { missingProgram } from './agent-installs.ts';
import { type CommandHouse, holding, openCommandHouse } from './command-house.ts';
import { agentWork, node, runEnds, tasksOf } from './house.ts';
import { git, scratch } from './real-server.ts';
import { openWorkingHouse } from './working-house.ts';

const open: { close(): Promise<void> }[] = [];
afterEach(async () => {
  for (const each of open.splice(0).toReversed()) await each.close();
});

const scripted = (steps: readonly unknown[]): string => `<<SCRIPT ${JSON.stringify(steps)} >>`;

describe.each(['claude', 'codex'])('%s without a person', (name) => {
  it('does a task in its cage, by the gateway and with the tools of the house', { timeout: 300_000 }, async (test) => {
    const place = await scratch('runtimes');
    open.push({ close: () => place.remove() });
    const why = await missingProgram(name, place.path);
    if (why) return test.skip(`this walk needs ${name}: ${why}`);
    const server = await startScriptedServer({});
    open.push(server);
    const programs = openPrograms({ env: process.env, dataDir: place.path });
    const house = await openWorkingHouse({
      runtimes: [command({ programs })],
      upstream: (meter) => scriptedUpstream({ server, meter }),
      team: [{ name: 'ada', runtime: 'command', program: name }],
    });
    open.push(house);
    const { engine } = house;
    const work = scripted([
      { write: { path: 'plan.txt', content: 'one, two\n' } },
      { shell: 'cat plan.txt && echo three >> plan.txt' },
      { mcp: 'fusion_output', args: { name: 'steps', value: '3' } },
      { say: 'It is planned.' },
    ]);
    const run = await house.start([
      node('plan', [], {
        work: { ...agentWork('plan'), prompt: `Plan it. ${work}`, outputs: ['steps', 'summary'], expectsChanges: true },
        requires: [],
        timeoutMs: 200_000,
      }),
    ]);
    const ended = await runEnds(engine, run.id);
    const events = (await engine.events(0, 2_000, {})).map(({ event }) => event);
    expect(ended.event.type).toBe('run.completed');
    const [task] = await tasksOf(engine, run.id);
    expect(await wholeText(engine.blobs, task?.outputs?.['steps'] ?? '')).toBe('3');
    expect(await wholeText(engine.blobs, task?.outputs?.['summary'] ?? '')).toContain('It is planned.');
    expect(events.filter(({ type }) => type === 'tool.called').length).toBeGreaterThanOrEqual(3);
    expect(events.some(({ type }) => type === 'model.called')).toBe(true);
  });
});

/** Stands in for Codex on PATH: tells what it finds in its world, refreshes its login as Codex does, and reports as Codex does. */
const CODEX = `#!/usr/bin/env node
if (process.argv[2] === '--version') { console.log('codex-cli 0.166.0'); process.exit(); }
const { readFileSync, readdirSync, writeFileSync, existsSync } = await import('node:fs');
const home = process.env.HOME;
const files = readdirSync(home, { recursive: true, withFileTypes: true }).filter((one) => one.isFile());
const found = files.map((one) => one.parentPath + '/' + one.name + ':\\n' + readFileSync(one.parentPath + '/' + one.name));
const seen = [JSON.stringify(process.env), ...found, readFileSync('/proc/self/environ')].join('\\n');
writeFileSync('seen.txt', seen);
writeFileSync('files.txt', files.map((one) => one.name).sort().join());
const auth = home + '/.codex/auth.json';
if (existsSync(auth)) {
  const login = JSON.parse(readFileSync(auth));
  const tokens = { ...login.tokens, access_token: login.tokens.access_token + '-refreshed' };
  writeFileSync(auth, JSON.stringify({ ...login, tokens, last_refresh: new Date().toISOString() }));
}
const say = (line) => console.log(JSON.stringify(line));
say({ type: 'thread.started', thread_id: 'thread-1' });
say({ type: 'item.completed', item: { id: 'item_1', type: 'agent_message', text: 'looked around ' + (existsSync(auth) ? seen : '') } });
say({ type: 'turn.completed', usage: { input_tokens: 70, output_tokens: 5 } });
`;

describe('what a person has of their own for a program', () => {
  const KEY = 'sk-planted-in-a-file-0123456789';
  const ACCESS = 'the-access-token-of-mia';
  let house: CommandHouse;

  async function put(path: string, content: unknown, mode = 0o600): Promise<void> {
    const whole = join(house.home, path);
    await mkdir(dirname(whole), { recursive: true });
    await writeFile(whole, typeof content === 'string' ? content : JSON.stringify(content));
    await chmod(whole, mode);
  }
  const auth = {
    OPENAI_API_KEY: null,
    tokens: { access_token: ACCESS, account_id: 'mia' },
    last_refresh: '2026-01-01T00:00:00Z',
  };

  async function walk(member: string): Promise<{ files: string; seen: string; told: string }> {
    const team = `[{ name: ada, runtime: command, program: codex, provider: scripted, ${member} }]`;
    const look = '{ title: Look around, prompt: Look around., outputs: [summary] }';
    await put('look.workflow.yaml', `name: look\nteam: ${team}\nnodes:\n  look: ${look}\n`);
    const run = await house.fusionKit(['run', join(house.home, 'look.workflow.yaml'), '--json']);
    expect(run.out).toContain('"completed"');
    const tail = await house.fusionKit(['events', 'tail', '--limit', '1000', '--json']);
    const [branch = ''] = /fusion\/look-\w+/.exec(run.out) ?? [];
    return {
      files: git(house.project, 'show', `${branch}:files.txt`),
      seen: git(house.project, 'show', `${branch}:seen.txt`),
      told: run.out + run.err + tail.out,
    };
  }

  beforeEach(async () => {
    house = await openCommandHouse('runtimes');
    open.push(house);
    await put('mia/bin/codex', CODEX, 0o755);
    await put('mia/.codex/auth.json', auth);
    await put('mia/.codex/AGENTS.md', `Be brief. Deploy with ${KEY}.`);
    const docs = `[mcp_servers.docs]\ncommand = "docs"\n[mcp_servers.docs.env]\nDOCS_TOKEN = "${KEY}"\nREGION = "eu"\n`;
    await put('mia/.codex/config.toml', `model_reasoning_effort = "high"\nopenai_base_url = "http://mine"\n${docs}`);
    await put('mia/.codex/skills/review/SKILL.md', 'Review well.');
    house.env['HOME'] = join(house.home, 'mia');
    house.env['PATH'] = `${join(house.home, 'mia/bin')}:${process.env['PATH'] ?? ''}`;
    house.env['CODEX_API_KEY'] = KEY;
    house.env['XDG_CACHE_HOME'] = ''; // as if it were not set
  });

  it('goes to an agent by choice, and no key or login with it', { timeout: 240_000 }, async () => {
    const bare = await walk('takes: []');
    expect(bare.files).toBe('config.toml');
    expect(bare.seen).not.toContain('reasoning_effort');
    const all = await walk('takes: [instructions, settings, mcp, skills]');
    expect(all.files).toBe('AGENTS.md,SKILL.md,config.toml');
    expect(all.seen).toMatch(/Be brief\. Deploy with \(left out\)\.[\s\S]*model_reasoning_effort = "high"/);
    expect(all.seen).toContain('REGION = "eu"');
    expect(all.seen).not.toContain('http://mine');
    expect(all.told).toContain('mcp_servers.docs.env.DOCS_TOKEN');
    for (const secret of [KEY, ACCESS]) {
      for (const { seen, told } of [bare, all]) expect(seen + told).not.toContain(secret);
      expect(await holding(join(house.home, 'data'), secret)).toEqual([]);
    }
  });

  it('is a login only after it was given, only while it works, and kept fresh', { timeout: 240_000 }, async () => {
    const { fusionKit } = house;
    expect(await fusionKit(['project', 'create'])).toMatchObject({ exitCode: 0 });
    const refused = await fusionKit(['agent', 'spawn', 'bob', '--runtime', 'command', '--program', 'codex', '--login']);
    expect(refused).toMatchObject({
      exitCode: 1,
      err: '',
      out: expect.stringMatching(/fusion-kit has none.*fusion-kit agent login codex/),
    });

    const given = await fusionKit(['agent', 'login', 'codex']);
    expect(given.out).toContain('copied from');
    const kept = join(house.home, 'data/logins/codex.json');
    expect((await stat(kept)).mode & 0o777).toBe(0o600);
    expect((await stat(dirname(kept))).mode & 0o777).toBe(0o700);
    const spawned = await fusionKit(['agent', 'spawn', 'eve', '--runtime', 'command', '--program', 'codex', '--login']);
    expect(spawned.out).toMatch(/command codex \(login\)[\s\S]*login: your own with its vendor/);

    const { files, seen, told } = await walk('credentials: login');
    expect(files).toBe('auth.json,config.toml');
    expect(seen).toContain(ACCESS);
    expect(seen).not.toMatch(/model_providers|FUSION_KIT_MODEL_TOKEN/);
    expect(told).not.toContain(ACCESS);
    expect(told).toMatch(/"usage\.reported"[^}]*"inputTokens":\s*70/);
    expect(await readFile(kept, 'utf8')).toContain(`${ACCESS}-refreshed`);
    // What the agent wrote of it is the project's; in its HOME and everywhere else there is nothing left.
    const places = (await holding(join(house.home, 'data'), ACCESS)).filter((path) => !path.includes('/tree/'));
    expect(places).toEqual([kept]);

    expect((await fusionKit(['agent', 'logout', 'codex'])).out).toContain('is gone from here');
    expect(
      await fusionKit(['agent', 'spawn', 'kim', '--program', 'codex', '--runtime', 'command', '--login']),
    ).toMatchObject({ exitCode: 1 });
  });

  it('is listed with what can be used and what keeps the rest', { timeout: 240_000 }, async () => {
    const { fusionKit } = house;
    await put('data/agents.json', { mybot: { headless: { command: '/nowhere/mybot' } } });
    const listed = await fusionKit(['agent', 'runtimes', '--provider', 'scripted', '--json']);
    const { runtimes: items } = JSON.parse(listed.out) as { runtimes: RuntimeView[] };
    const of = (name: string) => items.find(({ program }) => program === name);
    expect(items[0]).toMatchObject({ ways: [{ runtime: 'model-loop' }], usable: { ok: true } });
    expect(of('codex')).toMatchObject({
      ways: [
        { runtime: 'acp', installed: { ok: false } },
        {
          runtime: 'command',
          installed: { ok: true, message: 'on PATH' },
          version: '0.166.0',
          at: join(house.home, 'mia/bin/codex'),
        },
      ],
      credentials: {
        gateway: { ok: true },
        login: { ok: false, remedy: expect.stringContaining('agent login codex') },
      },
      usable: { ok: true },
    });
    expect(of('gemini')).toMatchObject({
      usable: { ok: false, lacks: 'program', remedy: expect.stringContaining('agent install gemini') },
    });
    expect(of('mybot')).toMatchObject({
      own: true,
      usable: { ok: false, remedy: expect.stringContaining('agents.json') },
    });
    const text = (await fusionKit(['agent', 'runtimes', '--provider', 'scripted'])).out;
    expect(text).toMatch(/^codex +Codex +✓ ready +acp command +0\.166\.0 +✓ +✗$/m);
    expect(text).toMatch(/mybot: mybot is not installed.*\n +→ Correct its command in .*agents\.json/);
    expect(await fusionKit(['project', 'create'])).toMatchObject({ exitCode: 0 });
    const unknown = await fusionKit(['agent', 'spawn', 'bob', '--program', 'claud']);
    expect(unknown).toMatchObject({ exitCode: 1, out: expect.stringMatching(/did you mean claude\?/) });
  });
});
