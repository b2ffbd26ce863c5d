import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { chmod, cp, mkdir, mkdtemp, readdir, readFile, realpath, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

const TEMPLATES = new URL('../templates/', import.meta.url);
const TIMEOUT_MS = 100_000;

export interface ProjectOptions {
  /** Name of the project's directory; any bytes a file name may have. */
  name?: string;
  git?: 'committed' | 'unborn' | 'none';
}

export interface Outcome {
  exitCode: number;
  stdout: string;
  stderr: string;
}

/** A project as `specify init --script sh` leaves it, in a directory of its own with real git, for running its scripts. */
export class ScriptProject implements AsyncDisposable {
  readonly base: string;
  readonly root: string;

  private constructor(base: string, root: string) {
    this.base = base;
    this.root = root;
  }

  static async create({ name = 'repo', git = 'committed' }: ProjectOptions = {}): Promise<ScriptProject> {
    const base = await realpath(await mkdtemp(join(tmpdir(), 'specify-scripts-')));
    const project = new ScriptProject(base, join(base, name));
    await project.#lay();
    if (git !== 'none') await project.shell('git init -q -b main');
    if (git === 'committed') await project.shell('git add -A && git commit -q -m start');
    return project;
  }

  async #lay(): Promise<void> {
    const own = join(this.root, '.specify');
    const scripts = join(own, 'scripts/bash');
    await mkdir(join(own, 'memory'), { recursive: true });
    await cp(new URL('constitution.md', TEMPLATES), join(own, 'memory/constitution.md'));
    await cp(new URL('scripts/bash/', TEMPLATES), scripts, { recursive: true });
    for (const script of await readdir(scripts)) await chmod(join(scripts, script), 0o755);
    const names = (await readdir(TEMPLATES)).filter((name) => name.endsWith('-template.md'));
    for (const name of names) await cp(new URL(name, TEMPLATES), join(own, 'templates', name));
  }

  /** Runs a script of the project with bash; `directory` is relative to the project. */
  run(script: string, args: readonly string[], env: NodeJS.ProcessEnv = {}, directory = '.'): Promise<Outcome> {
    return this.#execute([join(this.root, '.specify/scripts/bash', script), ...args], env, directory);
  }

  /** Runs shell code in the project's root. Rejects when it fails. */
  async shell(code: string): Promise<string> {
    const { exitCode, stdout, stderr } = await this.#execute(['-c', code], {}, '.');
    if (exitCode !== 0) throw new Error(`${code} ended with ${exitCode}: ${stderr}`);
    return stdout;
  }

  #execute(args: readonly string[], env: NodeJS.ProcessEnv, directory: string): Promise<Outcome> {
    return new Promise((resolve, reject) => {
      const options = {
        cwd: join(this.root, directory),
        env: { ...isolatedEnvironment(this.base), ...env },
        timeout: TIMEOUT_MS,
      };
      execFile('bash', args, options, (error, stdout, stderr) => {
        if (error !== null && typeof error.code !== 'number') reject(error);
        else resolve({ exitCode: Number(error?.code ?? 0), stdout, stderr });
      });
    });
  }

  async write(path: string, content: string): Promise<void> {
    await mkdir(dirname(join(this.root, path)), { recursive: true });
    await writeFile(join(this.root, path), content);
  }

  read(path: string): Promise<string> {
    return readFile(join(this.root, path), 'utf8');
  }

  exists(path: string): boolean {
    return existsSync(join(this.root, path));
  }

  /** Every path outside of `.git` (directories end in `/`) with mode and content. */
  async files(): Promise<Map<string, { mode: number; content: string }>> {
    const found = new Map<string, { mode: number; content: string }>();
    for (const entry of await readdir(this.root, { recursive: true, withFileTypes: true })) {
      const path = join(entry.parentPath, entry.name).slice(this.root.length + 1);
      if (path === '.git' || path.startsWith('.git/')) continue;
      if (entry.isDirectory()) found.set(`${path}/`, { mode: 0, content: '' });
      else found.set(path, await readWithMode(join(this.root, path)));
    }
    return found;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await rm(this.base, { recursive: true, force: true });
  }
}

async function readWithMode(path: string) {
  return { mode: (await stat(path)).mode & 0o777, content: await readFile(path, 'utf8') };
}

/** Nothing of the user's: no configuration of git, no feature, and no repository above `base`. */
function isolatedEnvironment(base: string): NodeJS.ProcessEnv {
  const person = { NAME: 'Test', EMAIL: 'test@example.org' };
  return {
    PATH: process.env['PATH'],
    HOME: base,
    LANG: 'C.UTF-8',
    TZ: 'UTC',
    GIT_CONFIG_GLOBAL: '/dev/null',
    GIT_CONFIG_NOSYSTEM: '1',
    GIT_CEILING_DIRECTORIES: base,
    ...Object.fromEntries(
      Object.entries(person).flatMap(([key, value]) => [
        [`GIT_AUTHOR_${key}`, value],
        [`GIT_COMMITTER_${key}`, value],
      ]),
    ),
  };
}
