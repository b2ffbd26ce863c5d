import { spawnSync } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { expect, onTestFinished, test } from 'vitest';
import { classesIn } from '../dev/message-classes.ts';
import { specifyOnTerminal } from '../dev/pseudo-terminal.ts';
import { COMMAND, specify, stage, treeOf, widerPath } from '../dev/stage.ts';
import { VERSION } from './version.ts';

const COMMON = ['--script', 'sh', '--ignore-agent-tools', '--no-git'];

function place() {
  const made = stage();
  onTestFinished(made.remove);
  return made;
}

test.each([[['version']], [['-V']]])('%j prints the version', async (argv) => {
  expect(await specify(argv, place())).toEqual({ exitCode: 0, stdout: `specify ${VERSION}\n`, stderr: '' });
});

test.each([
  [['init', 'a', 'b'], 'Unexpected: b'],
  [['init', 'a', '--here=yes'], '--here takes no value'],
  [['init', 'a', '--ai-agent', 'x'], 'There is no option --ai-agent'],
  [['init', 'a', '-f'], 'There is no option -f'],
  [['init', '--help', '--bogus'], 'There is no option --bogus'],
  [['version', 'x'], 'Unexpected: x'],
  [['--version'], 'the version is -V'],
  [['-h'], 'help is --help'],
])('%j is a usage error', async (argv, message) => {
  const where = place();
  const ran = await specify(argv, where);
  expect(ran).toMatchObject({ exitCode: 2, stdout: '' });
  expect(ran.stderr).toContain(message);
  expect(treeOf(where.cwd)).toEqual([]);
});

test.each([
  [
    '--integration is another word for --ai',
    ['demo', '--integration', 'gemini'],
    '644 demo/.gemini/commands/speckit.plan.toml',
  ],
  ['the last --ai wins', ['demo', '--ai', 'claude', '--ai=gemini'], '644 demo/.gemini/commands/speckit.plan.toml'],
  ['options may stand before the name', ['--ai', 'amp', 'demo'], '644 demo/.agents/commands/speckit.plan.md'],
  ['a name may look like an option', ['--ai', 'amp', '--', '--demo'], '644 --demo/.agents/commands/speckit.plan.md'],
  ['a dot is here', ['.', '--ai', 'amp'], '644 .agents/commands/speckit.plan.md'],
  ['commands may be skills', ['demo', '--ai', 'codex', '--skills'], '644 demo/.agents/skills/speckit-plan/SKILL.md'],
])('%s', async (_what, argv, file) => {
  const where = place();
  expect(await specify(['init', ...COMMON, ...argv], where)).toMatchObject({ exitCode: 0, stderr: '' });
  expect(treeOf(where.cwd)).toContain(file);
});

test.each([
  ['an agent that has no skills', ['--ai', 'amp', '--skills']],
  ['skills from a release', ['--ai', 'codex', '--skills', '--release']],
])('%s is refused, and nothing is left', async (_what, argv) => {
  const where = place();
  const ran = await specify(['init', 'demo', ...argv, ...COMMON], where);
  expect(ran.exitCode).toBe(1);
  expect(classesIn(ran.stdout)).toContain('E_INIT_FAILED');
  expect(treeOf(where.cwd)).toEqual([]);
});

test('in a directory that is gone, help still helps, and init says so without a stack', async () => {
  const where = place();
  const inGone = (words: string) => {
    const command = `rmdir "$PWD" && exec '${process.execPath}' '${COMMAND}' ${words}`;
    return spawnSync('/bin/sh', ['-c', command], { cwd: where.cwd, env: where.env, encoding: 'utf8' });
  };
  where.env['PATH'] = widerPath(where);
  expect(inGone('--help')).toMatchObject({ status: 0, stderr: '' });
  mkdirSync(where.cwd);
  const ran = inGone('init demo --ai claude');
  expect(ran).toMatchObject({ status: 1, stderr: '' });
  expect(ran.stdout).toContain('specify cannot go on');
  expect(ran.stdout).not.toContain('    at ');
});

test('without a terminal there is no colour unless it is forced, and lines keep to the width', async () => {
  const where = place();
  const argv = (name: string) => ['init', name, '--ai', 'claude', ...COMMON];
  const plain = await specify(argv('one'), where);
  expect(plain.stdout).not.toContain('\u001b');
  expect(Math.max(...plain.stdout.split('\n').map((line) => line.length))).toBe(80);
  const narrow = await specify(argv('two'), where, { extraEnv: { COLUMNS: '60' } });
  expect(Math.max(...narrow.stdout.split('\n').map((line) => line.length))).toBeLessThanOrEqual(60);
  expect((await specify(argv('three'), where, { extraEnv: { FORCE_COLOR: '1' } })).stdout).toContain('\u001b[');
  const both = await specify(argv('four'), where, { extraEnv: { FORCE_COLOR: '1', NO_COLOR: '1' } });
  expect(both.stdout).not.toContain('\u001b');
  expect(both.stderr).toBe('');
});

test('on a terminal the steps are painted over until they are printed once', async () => {
  const ran = await specifyOnTerminal(['init', 'demo', '--ai', 'claude', ...COMMON], [], place());
  expect(ran.exitCode).toBe(0);
  const [, ...frames] = ran.painted.split('\u001b[J');
  expect(frames.length).toBeGreaterThan(5);
  expect(frames[0]).not.toContain('project ready');
  expect(frames.at(-1)?.match(/project ready/g)).toHaveLength(1);
});

test.each([
  ['q\ny\n\u001b[A\n\u001b[B\n', 'droid', 'ps'],
  ['y\r\u000e\u000e\r\u0010\u000e\r', 'gemini', 'sh'],
])('what is typed ahead, %j, answers one question after the other', async (keys, agent, script) => {
  const where = place();
  mkdirSync(`${where.cwd}/src`);
  const argv = ['init', '--here', '--ignore-agent-tools', '--no-git'];
  const ran = await specifyOnTerminal(argv, [keys], where);
  expect(ran.stdout).toContain(`Selected agent:   ${agent}\nSelected scripts: ${script}\n`);
  expect(ran.exitCode).toBe(0);
});

test('Ctrl-D in a menu cancels, as Esc and Ctrl-C do', async () => {
  const where = place();
  const ran = await specifyOnTerminal(['init', 'demo', ...COMMON], ['\u0004'], where);
  expect(ran.stdout).toContain('Selection cancelled');
  expect(ran.exitCode).toBe(1);
  expect(treeOf(where.cwd)).toEqual([]);
});

test('NO_COLOR holds on a terminal too', async () => {
  const ran = await specifyOnTerminal(['check'], [], place(), { NO_COLOR: '1' });
  // eslint-disable-next-line no-control-regex
  expect(ran.painted).not.toMatch(/\u001b\[\d+m/);
});
