import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  chmodSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { findExecutable } from '../src/find-executable.ts';

export const COMMAND = fileURLToPath(new URL('../bin/specify.js', import.meta.url));

/** A place for one run of the real command: a directory, a home and a PATH of its own. */
export interface Stage {
  cwd: string;
  home: string;
  env: Record<string, string>;
  remove: () => void;
}

export interface Ran {
  exitCode: number | null;
  stdout: string;
  stderr: string;
}

const GIT_CONFIG = '[user]\n  name = Oracle\n  email = oracle@example.invalid\n[init]\n  defaultBranch = main\n';

/** @param tools what is on the PATH: `git` is the real one, anything else does nothing */
export function stage(tools: readonly string[] = ['git']): Stage {
  const root = realpathSync(mkdtempSync(join(tmpdir(), 'specify-')));
  const [cwd, home, bin] = ['project', 'home', 'bin'].map((name) => join(root, name)) as [string, string, string];
  for (const directory of [cwd, home, bin]) mkdirSync(directory);
  writeFileSync(join(home, '.gitconfig'), GIT_CONFIG);
  for (const tool of tools) {
    if (tool === 'git') symlinkSync(findExecutable('git', process)!, join(bin, 'git'));
    else {
      writeFileSync(join(bin, tool), '#!/bin/sh\nexit 99\n');
      chmodSync(join(bin, tool), 0o755);
    }
  }
  const env = { PATH: bin, HOME: home, TERM: 'xterm', NO_PROXY: '', LANG: 'C.UTF-8' };
  return { cwd, home, env, remove: () => rmSync(root, { recursive: true, force: true }) };
}

/** Runs the command as a user's shell would, with what is given as its whole input. */
export async function specify(
  argv: readonly string[],
  { cwd, env }: Pick<Stage, 'cwd' | 'env'>,
  {
    stdin = '',
    extraEnv = {},
    nodeOptions = [],
  }: { stdin?: string; extraEnv?: Record<string, string>; nodeOptions?: string[] } = {},
): Promise<Ran> {
  const child = spawn(process.execPath, [...nodeOptions, COMMAND, ...argv], {
    cwd,
    env: { ...env, ...extraEnv },
    timeout: 30_000,
  });
  child.stdin.on('error', () => undefined).end(stdin);
  const [stdout, stderr] = [child.stdout, child.stderr].map((stream) => stream.setEncoding('utf8').toArray());
  const exitCode = await new Promise<number | null>((done) => child.once('close', done));
  return { exitCode, stdout: (await stdout!).join(''), stderr: (await stderr!).join('') };
}

/** Puts files (and directories, which end in `/`) into a directory. */
export function lay(cwd: string, files: Readonly<Record<string, string | Uint8Array>>): void {
  for (const [path, content] of Object.entries(files)) {
    mkdirSync(path.endsWith('/') ? join(cwd, path) : dirname(join(cwd, path)), { recursive: true });
    if (!path.endsWith('/')) writeFileSync(join(cwd, path), content);
  }
}

/** Everything in a directory, as `644 path` and `755 path/`, sorted; what git keeps in `.git` is left out. */
export function treeOf(cwd: string): string[] {
  const walk = (folder: string): string[] =>
    readdirSync(join(cwd, folder)).flatMap((name) => {
      const path = folder + name;
      const { mode } = lstatSync(join(cwd, path));
      const bits = (mode & 0o777).toString(8);
      if ((mode & 0o170000) !== 0o040000) return [`${bits} ${path}`];
      return [`${bits} ${path}/`, ...(name === '.git' ? [] : walk(`${path}/`))];
    });
  return walk('').toSorted();
}

export const sha256 = (path: string): string => createHash('sha256').update(readFileSync(path)).digest('hex');

/** The PATH of a stage and the machine's own, for tools that a test itself needs beside the command. */
export const widerPath = ({ env }: Stage): string => [env['PATH'], process.env['PATH']].join(delimiter);
