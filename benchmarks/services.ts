import { execFile, type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmod, chown, glob, mkdir, mkdtemp, rm } from 'node:fs/promises';
import { createServer, type AddressInfo, Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { setTimeout as after } from 'node:timers/promises';
import { promisify } from 'node:util';

/** A database server of our own on the loopback, with its data in a temporary directory. */
export interface Service {
  env: Record<string, string>;
  stop(): Promise<void>;
}

const PATIENCE_MS = 20_000;
const NOBODY = 65_534;
const run = promisify(execFile);

/** Redis that has every change on the disk before it answers. @throws which package to install when the program is not there */
export async function redis(): Promise<Service> {
  const program = await programIn('redis-server', PATH);
  if (!program)
    throw new Error('redis-server is missing, which Debian has as redis-server: apt-get install redis-server');
  const port = await freePort();
  const directory = await mkdtemp(join(tmpdir(), 'redis-'));
  const fsync = ['--appendonly', 'yes', '--appendfsync', 'always', '--save', ''];
  const server = spawn(
    program,
    ['--port', String(port), '--bind', '127.0.0.1', '--dir', directory, '--daemonize', 'no', ...fsync],
    { stdio: 'ignore' },
  );
  return listening(server, { port, directory, env: { REDIS_PORT: String(port) }, signal: 'SIGTERM' });
}

/** PostgreSQL as `initdb` sets it up, which syncs every commit. @throws which package to install when the program is not there */
export async function postgres(): Promise<Service> {
  const program = await programIn('postgres', [...PATH, '/usr/lib/postgresql/*/bin']);
  if (!program) throw new Error('postgres is missing, which Debian has as postgresql: apt-get install postgresql');
  const port = await freePort();
  const directory = await mkdtemp(join(tmpdir(), 'postgres-'));
  const data = join(directory, 'data');
  await mkdir(data, { mode: 0o700 });
  if (process.getuid?.() === 0) {
    for (const path of [directory, data]) await chown(path, NOBODY, NOBODY);
    await chmod(dirname(directory), 0o711); // PostgreSQL refuses to be root, and nobody else may look into our directory
  }
  await asNobody(join(dirname(program), 'initdb'), ['-D', data, '-U', 'bench', '--auth=trust', '--encoding=UTF8']);
  const [command, args] = nobody(program, ['-D', data, '-h', '127.0.0.1', '-p', String(port), '-k', directory]);
  const server = spawn(command, args, { stdio: 'ignore', cwd: '/' });
  const env = { DATABASE_URL: `postgresql://bench@127.0.0.1:${port}/postgres` };
  return listening(server, { port, directory, env, signal: 'SIGINT' });
}

const nobody = (program: string, args: readonly string[]): [string, string[]] =>
  process.getuid?.() === 0
    ? ['setpriv', [`--reuid=${NOBODY}`, `--regid=${NOBODY}`, '--clear-groups', program, ...args]]
    : [program, [...args]];
const asNobody = (program: string, args: readonly string[]) => run(...nobody(program, args), { cwd: '/' });

const PATH = (process.env['PATH'] ?? '').split(delimiter);
/** The first of that name in these directories, which may be patterns. */
async function programIn(name: string, directories: readonly string[]): Promise<string | undefined> {
  for (const directory of directories) for await (const found of glob(join(directory, name))) return found;
  return undefined;
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  return port;
}

interface Started {
  port: number;
  directory: string;
  env: Record<string, string>;
  /** What asks it to leave at once and in order. */
  signal: NodeJS.Signals;
}

async function listening(server: ChildProcess, { port, directory, env, signal }: Started): Promise<Service> {
  const gone = once(server, 'exit');
  const stop = async () => {
    server.kill(signal);
    await gone;
    await rm(directory, { recursive: true, force: true });
  };
  const until = performance.now() + PATIENCE_MS;
  while (!(await answers(port))) {
    if (server.exitCode !== null || performance.now() > until) {
      await stop();
      throw new Error(`${server.spawnfile} does not answer on port ${port}`);
    }
    await after(50);
  }
  return { env, stop };
}

const answers = (port: number): Promise<boolean> =>
  new Promise((resolve) => {
    const socket = new Socket().once('connect', () => resolve(true)).once('error', () => resolve(false));
    socket.once('connect', () => socket.destroy()).connect(port, '127.0.0.1');
  });
