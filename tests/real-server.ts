import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { foldedRows, stateHash } from '@fusion-kit/engine/state-hash';
import { wholeLog } from '@fusion-kit/engine/rebuild';
import { openSqliteJournal } from '@fusion-kit/journals/sqlite/open-sqlite-journal';
import { endLeftGroups } from '@fusion-kit/workspaces/sandbox/limits/left-groups';

export const ROOT = join(dirname(fileURLToPath(import.meta.url)), '..');
export const COMMAND = join(ROOT, 'packages/cli/bin/fusion-kit.js');

/** A server process as users start it. */
export interface RealServer {
  url: string;
  token: string;
  pid: number;
  process: ChildProcess;
  /** Resolves when the process is gone. */
  gone: Promise<unknown>;
  /** All that it has printed so far. */
  said(): string;
  /** Kills it as a power cut would, and waits until it is gone. */
  kill(): Promise<void>;
  /** Asks it to stop, and waits until it is gone. */
  stop(): Promise<void>;
  /** One request; throws what the API refuses with. */
  call<Answer = unknown>(
    method: string,
    path: string,
    body?: unknown,
    headers?: Record<string, string>,
  ): Promise<Answer>;
}

export interface RealServerOptions {
  home: string;
  env?: Record<string, string>;
  port?: number;
  sandbox?: 'auto' | 'none' | 'bubblewrap';
  /** What is started in place of `fusion-kit up`, with its arguments; it has to print what that prints. */
  program?: readonly string[];
  /** As if the disk were full beyond this: no file of the server may grow past so many blocks of 512 bytes. */
  fileBlocksMax?: number;
}

/** Starts `fusion-kit up` on a data directory and waits until it listens. */
export async function startServer({
  home,
  env = {},
  port = 0,
  sandbox = 'auto',
  program = [process.execPath, COMMAND],
  fileBlocksMax,
}: RealServerOptions): Promise<RealServer> {
  const words = [...program, 'up', '--port', String(port), '--json', '--sandbox', sandbox];
  // The signal that goes with the limit would end the process; ignored, the write fails as on a full disk.
  const limited = fileBlocksMax
    ? ['sh', '-c', `trap '' XFSZ; ulimit -f ${fileBlocksMax}; exec "$@"`, 'sh', ...words]
    : words;
  const child = spawn(limited[0] ?? '', limited.slice(1), {
    env: { PATH: process.env['PATH'] ?? '', HOME: process.env['HOME'] ?? '', FUSION_KIT_HOME: home, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const gone = once(child, 'exit');
  let said = '';
  const listening = await new Promise<{ url: string; token: string; pid: number }>((resolve, reject) => {
    child.stderr.on('data', (chunk: Buffer) => (said += chunk.toString()));
    child.stdout.on('data', (chunk: Buffer) => {
      said += chunk.toString();
      try {
        resolve(JSON.parse(said.slice(said.indexOf('{'))) as { url: string; token: string; pid: number });
      } catch {
        // the document is not complete yet
      }
    });
    child.once('exit', (code) => reject(new Error(`the server ended with ${code}: ${said}`)));
  });
  return {
    ...listening,
    process: child,
    gone,
    said: () => said,
    async kill() {
      child.kill('SIGKILL');
      await gone;
    },
    async stop() {
      child.kill('SIGTERM');
      await gone;
    },
    async call<Answer>(method: string, path: string, body?: unknown, headers: Record<string, string> = {}) {
      const response = await fetch(`${listening.url}/api/v1${path}`, {
        method,
        headers: { authorization: `Bearer ${listening.token}`, 'content-type': 'application/json', ...headers },
        ...(body !== undefined && { body: JSON.stringify(body) }),
      });
      const answer = (await response.json()) as { error?: unknown };
      if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${JSON.stringify(answer.error)}`);
      return answer as Answer;
    },
  };
}

/** An empty directory below the home of the user, as data directories are: some agents refuse to work below /tmp. */
export async function scratch(name: string): Promise<{ path: string; remove(): Promise<void> }> {
  const path = await mkdtemp(join(tmpdir(), `fusion-kit-${name}-`));
  return {
    path,
    async remove() {
      // Of servers that were killed: nobody else would ever look for them.
      await Promise.all([path, join(path, 'data')].map(endLeftGroups));
      await rm(path, { recursive: true, force: true, maxRetries: 5 });
    },
  };
}

export const git = (cwd: string, ...args: string[]): string =>
  execFileSync('git', args, {
    cwd,
    encoding: 'utf8',
    env: { ...process.env, GIT_CONFIG_GLOBAL: '/dev/null', GIT_CONFIG_NOSYSTEM: '1' },
  }).trim();

/** A git repository with these files in its first commit. */
export async function repository(path: string, files: Record<string, string>): Promise<void> {
  for (const [name, text] of Object.entries(files)) {
    await mkdir(dirname(join(path, name)), { recursive: true });
    await writeFile(join(path, name), text);
  }
  git(path, 'init', '--quiet', '--initial-branch=main');
  git(path, 'config', 'user.name', 'Mia');
  git(path, 'config', 'user.email', 'mia@example.invalid');
  git(path, 'add', '--all');
  git(path, 'commit', '--quiet', '--message', 'Begin');
}

/** What a data directory holds, with no server on it: its log, and the state by its rows and by its log. */
export async function inspectData(home: string) {
  const opened = await openSqliteJournal({ directory: home });
  try {
    const entries = [];
    for await (const batch of wholeLog(opened.journal)) entries.push(...batch);
    async function* rows() {
      for await (const { table, id, body } of opened.stateRows()) yield { table, id, row: JSON.parse(body) as unknown };
    }
    const byRows = await stateHash(rows());
    const byLog = await stateHash(foldedRows(wholeLog(opened.journal)));
    return { entries, byRows, byLog, synchronous: opened.synchronous };
  } finally {
    await opened.journal.close();
  }
}
