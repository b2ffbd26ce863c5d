import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { agentsFileOf, readAgentsFile } from './agents-file.ts';
import { openPrograms } from './open-programs.ts';

let dataDir: string;
beforeEach(async () => (dataDir = await mkdtemp(join(tmpdir(), 'fusion-agents-file-'))));
afterEach(() => rm(dataDir, { recursive: true, force: true }));

const said = (content: unknown) =>
  writeFile(agentsFileOf(dataDir), typeof content === 'string' ? content : JSON.stringify(content));

it('without a file there are those that fusion-kit knows', () => {
  expect(readAgentsFile(dataDir)).toEqual([]);
  const names = openPrograms({ env: {}, dataDir })
    .all()
    .map(({ name }) => name);
  expect(names).toEqual(['claude', 'codex', 'gemini', 'opencode', 'qwen', 'copilot', 'droid']);
});

it('an entry is a program, and what its variables name is filled in', async () => {
  await said({
    mybot: {
      title: 'My bot',
      acp: { command: '/opt/bot', args: ['--acp'] },
      env: { BOT_URL: '{gateway}/v1', BOT_KEY: '{token}', BOT_MODEL: '{model}', BOT_DIR: '{home}/.bot', LEVEL: '{x}' },
      wire: 'openai-chat',
      readable: ['/opt/bot-files'],
      hosts: ['bots.example.org'],
    },
  });
  const [program] = readAgentsFile(dataDir);
  expect(program).toMatchObject({ name: 'mybot', title: 'My bot', wire: 'openai-chat', hosts: ['bots.example.org'] });
  const gateway = { url: 'http://127.0.0.1:1', token: 'abc' };
  const asked = { home: '/home/x', credentials: 'gateway', gateway, model: 'm' } as const;
  expect(program?.prepare(asked).env).toEqual({
    BOT_URL: 'http://127.0.0.1:1/v1',
    BOT_KEY: 'abc',
    BOT_MODEL: 'm',
    BOT_DIR: '/home/x/.bot',
    LEVEL: '{x}',
  });
});

it('an entry by the name of a known program takes its place, and what is changed counts at once', async () => {
  const programs = openPrograms({ env: {}, dataDir });
  expect(programs.isOwn(programs.named('claude'))).toBe(false);
  await said({ claude: { acp: { command: '/opt/my-claude' } } });
  expect(programs.isOwn(programs.named('claude'))).toBe(true);
  expect(programs.named('claude').acp?.command).toBe('/opt/my-claude');
  expect(programs.all()).toHaveLength(7);
});

it('whether an agent needs a model follows from what its program asks for', async () => {
  await said({ script: { headless: { command: '/bin/true' } }, bot: { acp: { command: 'b' }, wire: 'gemini' } });
  const programs = openPrograms({ env: {}, dataDir });
  const agent = { name: 'ada', runtime: 'acp', capabilities: [], subscriptions: [], budget: {} };
  expect(programs.needsModel({ ...agent, program: 'script' })).toBe(false);
  expect(programs.needsModel({ ...agent, program: 'bot' })).toBe(true);
  expect(programs.needsModel({ ...agent, program: 'claude' })).toBe(true);
  expect(programs.needsModel({ ...agent, program: 'claude', credentials: 'login' })).toBe(false);
});

it('a file that is damaged keeps nobody from knowing whether the others need a model', async () => {
  await said('{');
  const programs = openPrograms({ env: {}, dataDir });
  const agent = { name: 'ada', runtime: 'acp', capabilities: [], subscriptions: [], budget: {}, program: 'claude' };
  expect(programs.needsModel(agent)).toBe(true);
  await expect(programs.check(agent, 'acp')).rejects.toMatchObject({ code: 'bad_request' });
});

it.each([
  ['no JSON', '{"a": ', /agents\.json is not as it should be: .*JSON/],
  ['a name with blanks', { 'my bot': { acp: { command: 'x' } } }, /lower-case letters, digits and dashes/],
  ['nothing to start', { bot: { wire: 'gemini' } }, /how is it started\?/],
  ['a word that is not known', { bot: { acp: { command: 'x' }, enviroment: {} } }, /enviroment/],
  [
    'no place for the prompt',
    { bot: { headless: { command: 'x', prompt: 'argument' } } },
    /no argument has \{prompt\}/,
  ],
  ['a relative path', { bot: { acp: { command: 'x' }, readable: ['lib'] } }, /an absolute path/],
  ['the whole machine to read', { bot: { acp: { command: 'x' }, readable: ['/'] } }, /an absolute path/],
  [
    'a key',
    { bot: { acp: { command: 'x' }, env: { K: 'sk-ant-0123456789abcdef' } } },
    /looks like a key: give secrets/,
  ],
  ['no host', { bot: { acp: { command: 'x' }, hosts: ['http://x'] } }, /a host name/],
])('a file with %s is refused, and says what and where', async (_what, content, message) => {
  await said(content);
  expect(() => readAgentsFile(dataDir)).toThrow(
    expect.objectContaining({
      code: 'bad_request',
      message: expect.stringMatching(message),
      remedy: expect.stringContaining('{"mybot"'),
    }),
  );
});
