import { mkdir, mkdtemp, realpath, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { claude } from '../table/claude.ts';
import { codex } from '../table/codex.ts';
import { takenOf } from './taken.ts';

let root: string;
let home: string;
beforeEach(async () => {
  root = await realpath(await mkdtemp(join(tmpdir(), 'fusion-taken-')));
  home = join(root, 'mia');
  await mkdir(home);
});
afterEach(() => rm(root, { recursive: true, force: true }));

async function put(path: string, content: unknown): Promise<void> {
  const whole = join(home, path);
  await mkdir(dirname(whole), { recursive: true });
  await writeFile(whole, typeof content === 'string' ? content : JSON.stringify(content));
}
const paths = ({ files }: Awaited<ReturnType<typeof takenOf>>) => files.map(({ path }) => path);

describe("a person's own configuration", () => {
  it('is taken as far as it is chosen, and no further', async () => {
    await put('.claude/CLAUDE.md', 'Be brief.');
    await put('.claude/skills/review/SKILL.md', 'Review well.');
    await put('.claude/settings.json', { outputStyle: 'terse', model: 'theirs', env: { ANTHROPIC_BASE_URL: 'x' } });
    await put('.claude.json', { mcpServers: { docs: { command: 'docs' } }, oauthAccount: { emailAddress: 'mia@x' } });
    const nothing = await takenOf(claude, [], home);
    expect([paths(nothing), nothing.configs.size]).toEqual([[], 0]);
    expect(paths(await takenOf(claude, ['instructions'], home))).toEqual(['.claude/CLAUDE.md']);
    expect(paths(await takenOf(claude, ['skills'], home))).toEqual(['.claude/skills/review/SKILL.md']);
    const { configs } = await takenOf(claude, ['settings', 'mcp'], home);
    expect(Object.fromEntries([...configs].map(([path, { content }]) => [path, content]))).toEqual({
      '.claude/settings.json': { outputStyle: 'terse' },
      '.claude.json': { mcpServers: { docs: { command: 'docs' } } },
    });
  });

  it('may have comments, and lie in one file for two choices', async () => {
    await put(
      '.codex/config.toml',
      'model_reasoning_effort = "high"\nmodel_provider = "mine"\n[mcp_servers.docs]\ncommand = "docs"\n',
    );
    const contents = async (takes: Parameters<typeof takenOf>[1]) =>
      (await takenOf(codex, takes, home)).configs.get('.codex/config.toml')?.content;
    expect(await contents(['settings'])).toEqual({ model_reasoning_effort: 'high' });
    expect(await contents(['mcp'])).toEqual({ mcp_servers: { docs: { command: 'docs' } } });
    expect(await contents(['mcp', 'settings'])).toEqual({
      model_reasoning_effort: 'high',
      mcp_servers: { docs: { command: 'docs' } },
    });
    await put('.claude/settings.json', '{ // mine\n "theme": "a//b", /* more */ "list": [1, 2,],\n}');
    const { configs } = await takenOf(claude, ['settings'], home);
    expect(configs.get('.claude/settings.json')?.content).toEqual({ theme: 'a//b', list: [1, 2] });
  });

  it('that is damaged is left out, and said', async () => {
    await put('.claude/settings.json', '{ "theme": ');
    expect(await takenOf(claude, ['settings'], home)).toMatchObject({ leftOut: ['.claude/settings.json (damaged)'] });
  });
});

describe('what is secret', () => {
  const KEY = 'sk-ant-api03-planted-0123456789';

  it('is not taken of a configuration, by its name or its look; where it is to be found may be said', async () => {
    await put('.claude.json', {
      mcpServers: {
        a: { command: 'a', env: { GITHUB_TOKEN: 'any', REGION: 'eu', KEY_OF: '${MY_KEY}' } },
        b: { url: 'https://u:pw@host/x', headers: { Authorization: `Bearer ${KEY}`, 'x-auth': '${TOKEN}' } },
        c: { command: 'c', args: ['--api-key', 'any', '--token=any', '--verbose', KEY, '--token', '$TOKEN'] },
        d: { url: 'https://host/mcp?key=abc', bearer_token_env_var: 'D_TOKEN', maxTokens: 5 },
      },
    });
    const { configs, leftOut } = await takenOf(claude, ['mcp'], home);
    expect(configs.get('.claude.json')?.content).toEqual({
      mcpServers: {
        a: { command: 'a', env: { REGION: 'eu', KEY_OF: '${MY_KEY}' } },
        b: { headers: { 'x-auth': '${TOKEN}' } },
        c: { command: 'c', args: ['--api-key', '--verbose', '--token', '$TOKEN'] },
        d: { bearer_token_env_var: 'D_TOKEN', maxTokens: 5 },
      },
    });
    expect(leftOut.join('\n')).toContain('.claude.json: mcpServers.a.env.GITHUB_TOKEN');
    expect(leftOut.join('\n')).not.toContain(KEY);
  });

  it('is not taken of files: not by their names, and not what looks like a key in their words', async () => {
    await put('.claude/skills/deploy/SKILL.md', `Deploy with ${KEY}, then rest.`);
    await put('.claude/skills/deploy/.env', 'A=b');
    await put('.claude/skills/deploy/server.pem', 'x');
    await put('.claude/skills/deploy/auth.json', '{}');
    const { files, leftOut } = await takenOf(claude, ['skills'], home);
    expect(files.map(({ path, content }) => [path, content.toString()])).toEqual([
      ['.claude/skills/deploy/SKILL.md', 'Deploy with (left out), then rest.'],
    ]);
    expect(leftOut).toHaveLength(4);
  });

  it('is not reached by links that lead out of the HOME; links inside are followed', async () => {
    await writeFile(join(root, 'secret.md'), 'of somebody else');
    await put('dotfiles/CLAUDE.md', 'Be brief.');
    await put('.ssh/id_ed25519', 'x');
    await mkdir(join(home, '.claude/skills'), { recursive: true });
    await symlink(join(home, 'dotfiles/CLAUDE.md'), join(home, '.claude/CLAUDE.md'));
    await symlink(join(root, 'secret.md'), join(home, '.claude/skills/out.md'));
    await symlink(join(home, '.ssh/id_ed25519'), join(home, '.claude/skills/key.md'));
    await symlink(root, join(home, '.claude/skills/all'));
    const taken = await takenOf(claude, ['instructions', 'skills'], home);
    expect(paths(taken)).toEqual(['.claude/CLAUDE.md']);
    expect(taken.leftOut).toHaveLength(3);
  });
});

it('too much is cut off, and said', async () => {
  for (let number = 0; number < 12; number++) await put(`.claude/skills/s${number}/big.md`, 'x'.repeat(900_000));
  await put('.claude/CLAUDE.md', 'x'.repeat(1_000_001));
  const taken = await takenOf(claude, ['instructions', 'skills'], home);
  expect(taken.files.reduce((bytes, { content }) => bytes + content.length, 0)).toBeLessThanOrEqual(8_000_000);
  expect(taken.leftOut).toContain('.claude/CLAUDE.md (too large)');
  expect(taken.leftOut).toHaveLength(5);
});
