import { chmod, mkdir, mkdtemp, realpath, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Launch } from '../program.ts';
import { programFinder } from './finder.ts';

let root: string;
beforeEach(async () => (root = await realpath(await mkdtemp(join(tmpdir(), 'fusion-finder-')))));
afterEach(() => rm(root, { recursive: true, force: true }));

async function file(path: string, text: string, mode = 0o644): Promise<string> {
  const whole = join(root, path);
  await mkdir(dirname(whole), { recursive: true });
  await writeFile(whole, text);
  await chmod(whole, mode);
  return whole;
}
const manifest = (name: string, version: string) => JSON.stringify({ name, version });

const find = (launch: Partial<Launch> = {}) =>
  programFinder({
    searchPath: `relative:${join(root, 'bin')}:${join(root, 'bin2')}`,
    installs: join(root, 'agents'),
    npmCache: join(root, 'npm'),
    node: '/the/node',
  }).find({
    command: 'bot',
    args: [],
    package: { name: '@maker/bot', version: '1.2.3', entry: '@maker/bot/dist/index.js', megabytes: 1 },
    ...launch,
  });

describe('a program is found', () => {
  it('on PATH before anywhere else, and says its version itself', async () => {
    const at = await file('bin/bot', '#!/bin/sh\necho "bot 4.5.6 (stable)"\n', 0o755);
    await file('agents/bot/node_modules/@maker/bot/dist/index.js', '');
    expect(await find()).toEqual({ command: at, args: [], readable: [at], version: '4.5.6', by: 'path', at });
  });

  it('past what has its name and cannot be started', async () => {
    await file('bin/bot', 'notes');
    await mkdir(join(root, 'bin2/bot'), { recursive: true });
    expect(await find({ package: undefined as never })).toBeUndefined();
    const at = await file('bin3/bot', '#!/bin/sh\n', 0o755);
    await rm(join(root, 'bin2'), { recursive: true });
    await mkdir(join(root, 'bin2'));
    await symlink(at, join(root, 'bin2/bot'));
    expect(await find()).toMatchObject({ command: at });
  });

  it('as a package for all users, which holds what it needs, and is run by our Node', async () => {
    const at = await file('lib/node_modules/@maker/bot/cli', '#!/usr/bin/env node\n', 0o755);
    await file('lib/node_modules/@maker/bot/package.json', manifest('@maker/bot', '1.0.0'));
    await mkdir(join(root, 'bin'));
    await symlink(at, join(root, 'bin/bot'));
    const readable = [join(root, 'lib/node_modules/@maker/bot')];
    expect(await find()).toEqual({ command: '/the/node', args: [at], readable, version: '1.0.0', by: 'path', at });
  });

  it('where fusion-kit installs, with all packages beside it', async () => {
    const at = await file('agents/bot/node_modules/@maker/bot/dist/index.js', '');
    await file('agents/bot/node_modules/@maker/bot/package.json', manifest('@maker/bot', '1.2.3'));
    await file('agents/bot/node_modules/.package-lock.json', '{}');
    const readable = [join(root, 'agents/bot/node_modules')];
    expect(await find()).toEqual({ command: '/the/node', args: [at], readable, version: '1.2.3', by: 'install', at });
  });

  it('as the part of a package that is made for this platform', async () => {
    const entry = `@maker/bot-${process.platform}-${process.arch}/bot`;
    const at = await file(`npm/_npx/8f3a/node_modules/${entry}`, '#!/bin/sh\nexit 1\n', 0o755);
    const found = await find({
      package: { name: '@maker/bot', version: '1.2.3', entry: '@maker/bot-PLATFORM/bot', megabytes: 1 },
    });
    expect(found).toMatchObject({ command: at, args: [], by: 'npx', version: undefined });
  });
});

it('a program that is nowhere is not found', async () => {
  expect(await find()).toBeUndefined();
});

it('never gives an agent more to read than the program: not the directory that a lone file lies in', async () => {
  await file('package.json', manifest('home-of-mia', '1.0.0'));
  const at = await file('bin/bot', '#!/usr/bin/env node\n', 0o755);
  expect((await find())?.readable).toEqual([at]);
});
