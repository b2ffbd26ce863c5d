import { execFileSync, spawnSync } from 'node:child_process';
import { createHash, randomBytes } from 'node:crypto';
import { lstat, mkdir, mkdtemp, readFile, readdir, readlink, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join, relative } from 'node:path';
import { AgentId, DispatchId, ProjectId, RunId } from '@fusion-kit/domain/ids';
import type { CommandLine } from '@fusion-kit/domain/ports/sandbox';
import type { WorkspaceProject } from '@fusion-kit/domain/ports/workspaces';
import { onTestFinished } from 'vitest';

/** A directory for one test, gone afterwards. Its path has a space and a letter outside of ASCII, as real ones do. */
export async function scratchDirectory(): Promise<string> {
  const path = await mkdtemp(join(tmpdir(), 'fusion kit ü-'));
  onTestFinished(() => rm(path, { recursive: true, force: true }));
  return path;
}

const unique = (): string => randomBytes(13).toString('hex').toUpperCase();
export const newAgent = (): AgentId => AgentId.parse(`agt_${unique()}`);
export const newDispatch = (): DispatchId => DispatchId.parse(`dsp_${unique()}`);
export const newRun = (): RunId => RunId.parse(`run_${unique()}`);
export const projectAt = (path: string, kind: WorkspaceProject['kind'] = 'git'): WorkspaceProject => ({
  id: ProjectId.parse(`prj_${unique()}`),
  path,
  kind,
});

/** A person's repository with one commit, driven as that person would drive it. */
export interface UserRepository {
  path: string;
  git(...args: string[]): string;
  write(files: Readonly<Record<string, string>>): Promise<void>;
  /** Writes files, commits everything and returns the commit. */
  commit(files: Readonly<Record<string, string>>): Promise<string>;
}

const PERSON = {
  PATH: process.env['PATH'] ?? '/usr/bin:/bin',
  HOME: '/nonexistent',
  GIT_CONFIG_NOSYSTEM: '1',
  GIT_AUTHOR_NAME: 'Person',
  GIT_AUTHOR_EMAIL: 'person@example.invalid',
  GIT_COMMITTER_NAME: 'Person',
  GIT_COMMITTER_EMAIL: 'person@example.invalid',
};

export async function userRepository(path: string): Promise<UserRepository> {
  await mkdir(path, { recursive: true });
  const repository: UserRepository = {
    path,
    git: (...args) => execFileSync('git', args, { cwd: path, env: PERSON, encoding: 'utf8', stdio: 'pipe' }).trim(),
    async write(files) {
      for (const [name, text] of Object.entries(files)) {
        await mkdir(dirname(join(path, name)), { recursive: true });
        await writeFile(join(path, name), text);
      }
    },
    async commit(files) {
      await repository.write(files);
      repository.git('add', '--all');
      repository.git('commit', '--quiet', '-m', `Change ${Object.keys(files).join(', ')}`);
      return repository.git('rev-parse', 'HEAD');
    },
  };
  repository.git('init', '--quiet', '--initial-branch=main');
  return repository;
}

/** What lies below a directory, to the byte: path → kind, mode and hash. `without` leaves out paths that start so. */
export async function fingerprint(directory: string, without: readonly string[] = []): Promise<Record<string, string>> {
  const seen: Record<string, string> = {};
  for (const entry of await readdir(directory, { recursive: true, withFileTypes: true })) {
    const path = join(entry.parentPath, entry.name);
    const name = relative(directory, path);
    if (without.some((start) => name === start || name.startsWith(`${start}/`))) continue;
    const { mode } = await lstat(path);
    const content = entry.isFile()
      ? createHash('sha256')
          .update(await readFile(path))
          .digest('hex')
      : entry.isSymbolicLink()
        ? await readlink(path)
        : '';
    seen[name] = `${mode.toString(8)} ${content}`;
  }
  return seen;
}

/** Runs a command line exactly as it says and returns what it printed, both streams together. */
export function runLine(line: CommandLine): { exitCode: number | null; output: string } {
  const { status, stdout, stderr } = spawnSync(line.command, line.args, {
    cwd: line.cwd,
    env: line.env,
    encoding: 'utf8',
    timeout: 30_000,
  });
  return { exitCode: status, output: stdout + stderr };
}

/** Processes of the machine whose working directory is this one, in whatever cage they are. */
export function processesIn(directory: string): string[] {
  const { output } = runLine({
    command: '/bin/sh',
    args: ['-c', 'for p in /proc/[0-9]*; do [ "$(readlink "$p/cwd")" = "$0" ] && echo "$p"; done; true', directory],
    cwd: '/',
    env: { PATH: '/usr/bin:/bin' },
  });
  return output.split('\n').filter((line) => line !== '');
}
