import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { builtinModules } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, onTestFinished, test } from 'vitest';
import { fakeGithub } from '../dev/fake-github.ts';
import { specifyOnTerminal } from '../dev/pseudo-terminal.ts';
import { specify, stage } from '../dev/stage.ts';

const ROOM = new URL('../', import.meta.url).href;
const RECORDER = new URL('../dev/record-modules.mjs', import.meta.url).href;
const INIT = ['init', 'demo', '--ai', 'copilot', '--script', 'sh'];

type Manifest = { dependencies?: Record<string, string> };
const manifestOf = (path: string) => JSON.parse(readFileSync(path, 'utf8')) as Manifest;

/** The packages that the room declares, and those that these declare. */
function declared(): Set<string> {
  const names = new Set<string>();
  const add = ({ dependencies = {} }: Manifest) => {
    for (const name of Object.keys(dependencies)) {
      if (names.has(name)) continue;
      names.add(name);
      add(manifestOf(fileURLToPath(new URL(`../../../node_modules/${name}/package.json`, import.meta.url))));
    }
  };
  add(manifestOf(fileURLToPath(new URL('../package.json', import.meta.url))));
  return names;
}

/** Where a module lies: `builtin`, `room`, the name of a package, or its address. */
function ownerOf(url: string): string {
  if (url.startsWith('node:') || builtinModules.includes(url)) return 'builtin';
  if (url.startsWith(ROOM)) return 'room';
  return /.*\/node_modules\/((?:@[^/]+\/)?[^/]+)\//.exec(url)?.[1] ?? url;
}

function recording() {
  const folder = mkdtempSync(join(tmpdir(), 'specify-modules-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const file = join(folder, 'modules');
  writeFileSync(file, '');
  return {
    env: { RECORDED_MODULES: file, NODE_OPTIONS: `--import=${RECORDER}` },
    owners: () => [...new Set(readFileSync(file, 'utf8').trim().split('\n').map(ownerOf))].toSorted(),
  };
}

test.each([
  ['--help', ['--help'], ['picocolors']],
  ['check', ['check'], ['picocolors']],
  ['version', ['version'], ['picocolors']],
  ['init with the built-in templates', [...INIT, '--no-git'], ['jsonc-parser', 'picocolors']],
  ['init with git', INIT, ['jsonc-parser', 'picocolors']],
])('%s loads its own room, and of what the room declares only what it needs', async (_what, argv, packages) => {
  const place = stage();
  onTestFinished(place.remove);
  const { env, owners } = recording();
  expect((await specify(argv, place, { extraEnv: env })).exitCode).toBe(0);
  expect(owners()).toEqual(['builtin', ...packages, 'room'].toSorted());
});

test('neither a download nor a menu loads more than the room declares', async () => {
  const allowed = new Set(['builtin', 'room', ...declared()]);
  const github = await fakeGithub('ok');
  onTestFinished(github.close);
  const place = stage();
  onTestFinished(place.remove);
  const { env, owners } = recording();
  const words = ['init', 'demo', '--script', 'sh', '--no-git', '--release'];
  const ran = await specifyOnTerminal(words, ['\n'], place, { ...env, GITHUB_API_URL: github.api });
  expect(ran.exitCode).toBe(0);
  expect(owners()).toEqual(expect.arrayContaining(['@clack/core', 'undici']));
  expect(owners().filter((owner) => !allowed.has(owner))).toEqual([]);
});
