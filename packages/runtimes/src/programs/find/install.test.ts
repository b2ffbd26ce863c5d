import { execFileSync } from 'node:child_process';
import { mkdir, mkdtemp, readFile, realpath, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { programFinder } from './finder.ts';
import { installProgram } from './install.ts';

let root: string;
beforeEach(async () => (root = await realpath(await mkdtemp(join(tmpdir(), 'fusion-install-')))));
afterEach(() => rm(root, { recursive: true, force: true }));

const never = new AbortController().signal;
const env = { PATH: process.env['PATH'], npm_config_offline: 'true', npm_config_cache: '' };

/** A package as npm gets it from a registry, in a file; its version is where that lies. */
async function packed(): Promise<string> {
  await mkdir(join(root, 'package'));
  const scripts = { postinstall: `touch ${join(root, 'ran')}` };
  await writeFile(join(root, 'package/package.json'), JSON.stringify({ name: 'bot', version: '1.2.3', scripts }));
  await writeFile(join(root, 'package/bot.js'), 'console.log("I am a bot");\n');
  execFileSync('tar', ['czf', join(root, 'bot.tgz'), '-C', root, 'package']);
  return `file:${join(root, 'bot.tgz')}`;
}

it('a program that npm installs is found, and nothing of it ran meanwhile', { timeout: 60_000 }, async () => {
  const from = { name: 'bot', version: await packed(), entry: 'bot/bot.js', megabytes: 1 };
  const installs = join(root, 'agents');
  const options = { installs, name: 'mybot', package: from, env: { ...env, npm_config_cache: join(root, 'npm') } };
  expect(await installProgram(options, never)).toBe(join(installs, 'mybot'));
  const found = await programFinder({
    searchPath: '',
    installs,
    npmCache: join(root, 'npm'),
    node: process.execPath,
  }).find({
    command: 'bot',
    args: [],
    package: from,
  });
  expect(found).toMatchObject({ version: '1.2.3', by: 'install', readable: [join(installs, 'mybot/node_modules')] });
  expect(execFileSync(found!.command, [...found!.args], { encoding: 'utf8' })).toBe('I am a bot\n');
  await expect(readFile(join(root, 'ran'))).rejects.toMatchObject({ code: 'ENOENT' });
});

it('what npm complains of is said, with the command to try by hand', { timeout: 60_000 }, async () => {
  const from = { name: 'bot', version: `file:${join(root, 'nowhere.tgz')}`, entry: 'bot/bot.js', megabytes: 1 };
  const options = {
    installs: join(root, 'agents'),
    name: 'mybot',
    package: from,
    env: { ...env, npm_config_cache: join(root, 'npm') },
  };
  await expect(installProgram(options, never)).rejects.toMatchObject({
    code: 'program_missing',
    message: expect.stringMatching(/npm cannot install bot@file:.*(ENOENT|no such file)/is),
    remedy: expect.stringContaining('npm install --prefix'),
  });
});
