import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { type FakeGithub, fakeGithub, type GithubMode } from '../dev/fake-github.ts';
import { classesIn, flat } from '../dev/message-classes.ts';
import { packageZip } from '../dev/package-zip.ts';
import { specifyOnTerminal } from '../dev/pseudo-terminal.ts';
import { lay, type Ran, sha256, specify, stage, type Stage, treeOf } from '../dev/stage.ts';
import { agentOf, AGENTS } from './agents.ts';

// What the first `specify` (0.0.22) did, recorded: exit code, files and modes, requests, classes of messages. Its words are not ours.

interface Case {
  id: string;
  argv: string[];
  stdin?: string;
  /** Typed on a terminal; without them there is none. */
  keys?: string[];
  env?: Record<string, string>;
  tools?: string[];
  apiMode: GithubMode;
  before?: string[];
  exitCode: number;
  classes?: string[];
  /** `644 path`, `755 path/` */
  after: string[];
  sha256?: Record<string, string>;
  requests?: { url: string; authorization: string | null }[];
  git?: { log: string; branch: string; tracked_count: number };
}

interface Deviation {
  /** Title of the row in docs/compatibility.md. */
  row: string;
  exitCode?: number;
  classes?: { more?: string[]; less?: string[] };
  after?: { more?: string[]; less?: string[] };
  /** Files whose content differs on purpose. */
  content?: string[];
  requests?: [];
}

const SUCCESS = ['I_SELECTED', 'TRACKER', 'I_READY', 'W_AGENT_FOLDER', 'NEXT_STEPS', 'ENHANCEMENTS'];
const LOCAL_ZIP = '.genreleases/spec-kit-template-claude-sh-v0.0.99.zip';

/** Where this `specify` does something else than the recorded one, on purpose. */
const DEVIATIONS: Readonly<Record<string, Deviation>> = {
  'init-no-ai-nontty': { row: 'no agent and nobody to ask', classes: { more: ['E_NO_AGENT'], less: ['TRACEBACK'] } },
  'init-empty-ai-nontty': { row: 'no agent and nobody to ask', classes: { more: ['E_NO_AGENT'], less: ['TRACEBACK'] } },
  'init-here-force-merge': {
    row: 'an edited constitution',
    classes: { more: ['W_KEPT'] },
    after: { more: ['644 .specify/memory/constitution.new.md'] },
  },
  'vscode-merge-jsonc': { row: 'settings with comments', content: ['.vscode/settings.json'] },
  'local-template': {
    row: 'a local package is not deleted',
    classes: { more: ['W_LOCAL_PACKAGE'] },
    after: { more: [`644 ${LOCAL_ZIP}`] },
  },
  'tty-ai-esc-esc': {
    row: 'Esc cancels a menu',
    exitCode: 1,
    classes: { more: ['I_SELECTION_CANCELLED'], less: SUCCESS },
    after: { less: ['everything'] },
    requests: [],
  },
};

const TEMPLATE_KEYS = '"speckit.plan": true';
/** What lay in the directory before, where the recording needs more than empty files. */
const CONTENT: Readonly<Record<string, Record<string, string>>> = {
  'init-here-force-merge': {
    '.claude/commands/mine.md': 'MINE',
    '.claude/settings.json': '{"a":1}',
    '.specify/memory/constitution.md': '# Our constitution\n',
    '.specify/scripts/bash/common.sh': '#!/bin/bash\n',
  },
  'vscode-merge': {
    '.vscode/settings.json': `{"editor.tabSize": 2, "chat.promptFilesRecommendations": {"mine": true, ${TEMPLATE_KEYS}}, "files.exclude": {"**/x": true}, "list": [1, 2]}`,
  },
  'vscode-merge-jsonc': { '.vscode/settings.json': '{\n  // mine\n  "a": 1,\n}\n' },
  'vscode-merge-unicode': { '.vscode/settings.json': '{"n": "é✓"}' },
  'vscode-merge-type-conflict': { '.vscode/settings.json': '{"chat.promptFilesRecommendations": "no"}' },
};
const USUAL: Readonly<Record<string, string>> = { 'README.md': 'hello\n', 'src/a.txt': 'a' };

/** What a message of a class has to tell, beside being recognised. */
const CARRIES: Readonly<Record<string, (c: Case, place: Stage) => string[]>> = {
  USAGE_ERROR: ({ argv }) => [argv.at(-1)!],
  W_DIR_NOT_EMPTY: ({ before }) => [`(${new Set(before?.map((path) => path.split('/')[0])).size} entr`],
  E_DIR_CONFLICT: ({ argv }) => [`'${argv[1]}'`],
  PANEL_SETUP: ({ argv }, { cwd }) => [cwd, ...(argv.includes('--here') ? [] : [join(cwd, argv[1]!)])],
  E_BAD_AI: ({ argv }) => [`'${optionOf(argv, '--ai')}'`, AGENTS.map(({ key }) => key).join(', ')],
  E_AGENT_MISSING: ({ argv }) => {
    const { key, name, url = '' } = agentOf(optionOf(argv, '--ai'))!;
    return [key, name, url, '--ignore-agent-tools'];
  },
  E_FETCH: ({ apiMode }) => [
    '/repos/cracked99/fusion-kit/releases/latest',
    ...(apiMode === 'notfound' ? ['404'] : apiMode === 'unreachable' ? ['ECONNREFUSED'] : ['<html>a proxy says no']),
  ],
  E_NO_ASSET: () => ['something-else.tar.gz', 'spec-kit-template-claude-sh'],
  E_DOWNLOAD: ({ apiMode }) => [apiMode === 'dl404' ? '404' : 'broke off'],
  DEBUG_ENV: (_c, { cwd }) => [process.version, process.platform, cwd],
  I_SELECTED: ({ argv }) => ['--ai', '--script'].flatMap((name) => (argv.includes(name) ? [optionOf(argv, name)] : [])),
  TRACKER: ({ requests = [], argv }) => [
    ...(requests.length > 0 ? ['release v0.0.99 (55,137 bytes)', `(${requests[1]?.url.split('/').at(-1)})`] : []),
    argv.includes('--script') && optionOf(argv, '--script') === 'ps' ? '(0 updated)' : ' updated)',
  ],
  W_AGENT_FOLDER: ({ argv }) => (argv.includes('--ai') ? [agentOf(optionOf(argv, '--ai'))!.folder] : []),
  NEXT_STEPS: ({ argv }) => [
    argv.includes('--here') ? 'in the project directory already' : `cd ${argv[1]!.replace(/^(.* .*)$/, "'$1'")}`,
  ],
};

const optionOf = (argv: readonly string[], name: string) => argv[argv.lastIndexOf(name) + 1]!;

const cases = JSON.parse(readFileSync(new URL('../fixtures/cli-cases.json', import.meta.url), 'utf8')) as Case[];

test('ninety-four recorded cases are tried, and every deviation belongs to one of them', () => {
  expect(cases).toHaveLength(94);
  expect(cases.map(({ id }) => id)).toEqual(expect.arrayContaining(Object.keys(DEVIATIONS)));
});

test('every deviation has a row in the documentation', () => {
  const documentation = readFileSync(new URL('../../../docs/compatibility.md', import.meta.url), 'utf8');
  for (const { row } of Object.values(DEVIATIONS)) expect(documentation).toContain(`| ${row} |`);
});

test.concurrent.for(cases)('$id', async (recorded, { onTestFinished }) => {
  const place = stage(recorded.tools ?? []);
  onTestFinished(place.remove);
  await layBefore(recorded, place);
  const github = await fakeGithub(recorded.apiMode);
  onTestFinished(github.close);
  const ran = await run(recorded, place, github);

  const deviation = DEVIATIONS[recorded.id] ?? { row: '' };
  const printed = ran.stdout + ran.stderr;
  const hashed = Object.keys(recorded.sha256 ?? {}).filter((path) => !deviation.content?.includes(path));
  const classes = changed(recorded.classes ?? [], deviation.classes);
  expect({
    exitCode: ran.exitCode,
    classes: classesIn(printed),
    stderr: classesIn(ran.stderr),
    tree: treeOf(place.cwd),
    contents: hashed.map((path) => [path, sha256(join(place.cwd, path))]),
    requests: github.requests,
  }).toEqual({
    exitCode: deviation.exitCode ?? recorded.exitCode,
    classes,
    stderr: recorded.keys ? [] : classes.filter((name) => ON_STDERR.includes(name)),
    tree: changed(recorded.after, deviation.after),
    contents: hashed.map((path) => [path, recorded.sha256?.[path]]),
    requests: (deviation.requests ?? recorded.requests ?? []).map(({ url, authorization }) => ({ url, authorization })),
  });
  for (const name of classes) {
    for (const fact of CARRIES[name]?.(recorded, place) ?? []) expect(flat(printed)).toContain(fact);
  }
  if (recorded.git)
    expectHistory(recorded.git, recorded.argv.includes('--here') ? place.cwd : join(place.cwd, 'demo'), place);
});

test.concurrent.for(cases.filter(({ id }) => id.startsWith('agent-')))(
  '$id gives the same files from the built-in templates, without a request',
  async ({ argv, after }, { onTestFinished }) => {
    const place = stage();
    onTestFinished(place.remove);
    const github = await fakeGithub('ok');
    onTestFinished(github.close);
    const ran = await specify(argv, place, { extraEnv: { GITHUB_API_URL: github.api } });
    const observed = { exitCode: ran.exitCode, tree: treeOf(place.cwd), requests: github.requests };
    expect(observed).toEqual({ exitCode: 0, tree: after.toSorted(), requests: [] });
  },
);

const ON_STDERR = ['USAGE_ERROR', 'ABORTED'];

async function layBefore({ id, before = [] }: Case, { cwd, home }: Stage): Promise<void> {
  for (const path of before) {
    if (path === '.git/') execFileSync('git', ['init', '--quiet'], { cwd });
    else if (path.endsWith('.zip')) lay(cwd, { [path]: await packageZip('claude', 'sh') });
    else lay(cwd, { [path]: CONTENT[id]?.[path] ?? USUAL[path] ?? '' });
  }
  if (id === 'init-claude-local-path') {
    mkdirSync(join(home, '.claude/local'), { recursive: true });
    writeFileSync(join(home, '.claude/local/claude'), '');
  }
}

function run({ argv, stdin = '', keys, env = {} }: Case, place: Stage, github: FakeGithub): Promise<Ran> {
  // The recorded one always downloaded: see docs/compatibility.md, "How recorded cases are run".
  const extraEnv = { ...env, SPECIFY_TEMPLATE_SOURCE: 'release', GITHUB_API_URL: github.api };
  return keys ? specifyOnTerminal(argv, keys, place, extraEnv) : specify(argv, place, { stdin, extraEnv });
}

function changed(
  recorded: readonly string[],
  { more = [], less = [] }: { more?: string[]; less?: string[] } = {},
): string[] {
  const kept = less.includes('everything') ? [] : recorded.filter((item) => !less.includes(item));
  return [...kept, ...more].toSorted();
}

function expectHistory({ log, branch, tracked_count }: NonNullable<Case['git']>, cwd: string, { home }: Stage): void {
  const git = (...args: string[]) =>
    execFileSync('git', args, { cwd, encoding: 'utf8', env: { ...process.env, HOME: home } }).trim();
  expect(git('log', '--format=%s|%an')).toBe(log);
  expect(git('symbolic-ref', 'HEAD')).toBe(branch);
  expect(git('ls-files').split('\n')).toHaveLength(tracked_count);
  expect(git('status', '--porcelain')).toBe('');
}
