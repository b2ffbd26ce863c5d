import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, onTestFinished, test } from 'vitest';

const FUSION_KIT = fileURLToPath(new URL('../../bin/fusion-kit.js', import.meta.url));
const SPECIFY = fileURLToPath(new URL('../../../specify/bin/specify.js', import.meta.url));
const DEMO = ['init', 'demo', '--ai', 'claude', '--script', 'sh', '--ignore-agent-tools', '--no-git'];

function place() {
  const cwd = realpathSync(mkdtempSync(join(tmpdir(), 'fusion-kit-init-')));
  onTestFinished(() => rmSync(cwd, { recursive: true, force: true }));
  const run = (program: string, argv: readonly string[], input = '') => {
    const { status, stdout, stderr } = spawnSync(process.execPath, [program, ...argv], {
      cwd,
      input,
      encoding: 'utf8',
    });
    return { status, stdout, stderr };
  };
  return { cwd, run };
}

/** Every file below a directory with its content. */
const filesOf = (folder: string) =>
  new Map(
    readdirSync(folder, { withFileTypes: true, recursive: true })
      .filter((entry) => entry.isFile())
      .map((entry) => join(entry.parentPath, entry.name))
      .map((path) => [path.slice(folder.length + 1), readFileSync(path, 'utf8')]),
  );

test('fusion-kit init does what specify init does, and adds one file', () => {
  const [plain, enabled] = [place(), place()];
  expect(plain.run(SPECIFY, DEMO).status).toBe(0);
  const ran = enabled.run(FUSION_KIT, DEMO);
  expect(ran).toMatchObject({ status: 0, stdout: expect.stringContaining('Project ready.') });
  expect(ran.stdout).toContain('your agent offers fusion-kit run');
  const [before, after] = [filesOf(join(plain.cwd, 'demo')), filesOf(join(enabled.cwd, 'demo'))];
  expect(after.get('.specify/extensions.yml')).toContain('after_tasks');
  after.delete('.specify/extensions.yml');
  expect(after).toEqual(before);
});

test('the file is found where specify was told to put the project, also without a directory of its own', () => {
  const { cwd, run } = place();
  const ran = run(FUSION_KIT, ['init', '--json', ...DEMO.slice(1).with(0, '.')]);
  expect(JSON.parse(ran.stdout)).toEqual({ project: cwd, hook: '.specify/extensions.yml', changed: true });
  expect(ran.stderr).toContain('Project ready.');
});

test.each([
  ['a mistake', ['init', '--bogus'], '', 2],
  ['a refusal', ['init'], '', 1],
  ['a no', ['init', ...DEMO.slice(1).with(0, '.')], 'n\n', 0],
])('%s ends with the exit code of specify, and enables nothing', (_what, argv, input, exitCode) => {
  const { cwd, run } = place();
  run(SPECIFY, ['init', 'there', ...DEMO.slice(2)]);
  expect(run(FUSION_KIT, argv, input).status).toBe(exitCode);
  expect(existsSync(join(cwd, '.specify'))).toBe(false);
});
