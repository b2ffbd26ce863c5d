import { execFile } from 'node:child_process';
import { access, constants, mkdir, rm, stat, statfs, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { page, ProviderView } from '@fusion-kit/domain/api';
import { asFusionError, FusionError } from '@fusion-kit/domain/errors';
import type { LeashClaim } from '@fusion-kit/domain/leash';
import { detectSandbox } from '@fusion-kit/workspaces/sandbox/detect';
import { leashClaims } from '@fusion-kit/workspaces/sandbox/claims';
import { detectLimits } from '@fusion-kit/workspaces/sandbox/limits/detect-limits';
import { noSandbox } from '@fusion-kit/workspaces/sandbox/none';
import { type LimitsFile, readLimits } from '../limits-file.ts';
import { bytes } from '../output/figures.ts';
import { Client } from '../server/client.ts';
import { findServer, type Found, type Running } from '../server/find-server.ts';
import { portIsFree, USUAL_PORT } from '../server/host-server.ts';
import type { Environment } from '../terminal.ts';

/** One thing that was looked at. `warn` works with less, `fail` does not work. */
export interface Finding {
  name: string;
  status: 'ok' | 'warn' | 'fail';
  message: string;
  remedy?: string;
}

interface Machine {
  dataDir: string;
  env: Environment;
}

const execute = promisify(execFile);

/** Looks at everything fusion-kit needs of a machine. Each look is independent; none changes anything but a probe file in the data directory. */
export async function examine(machine: Machine): Promise<{ findings: Finding[]; leash: readonly LeashClaim[] }> {
  const [server, { sandbox, problems }, means, limits] = await Promise.all([
    // A directory that cannot be read is reported as such below.
    findServer(machine.dataDir).catch((): Found => ({ state: 'none' })),
    detectSandbox(machine.env['PATH']),
    detectLimits(),
    readLimits(machine.dataDir).catch(asFusionError),
  ]);
  const running = server.state === 'running' ? server : undefined;
  const [problem] = problems;
  const [gitFinding, directory, space, portFinding, keys] = await Promise.all([
    git(machine.env),
    dataDirectory(machine.dataDir),
    disk(machine.dataDir),
    port(running),
    providers(running, machine.env),
  ]);
  return {
    findings: [
      node(),
      gitFinding,
      sandboxFinding(running, sandbox !== undefined, problem),
      directory,
      space,
      ...limitsFinding(limits),
      serverFinding(server),
      portFinding,
      ...(running ? [journal(running), ...memory(running)] : []),
      ...keys,
    ],
    // What a running server was started with is what holds its agents, whatever the machine could do.
    leash: running?.health.leash ?? leashClaims(sandbox ?? noSandbox(), means, 'agent' in limits ? limits.agent : {}),
  };
}

const node = (): Finding => ({ name: 'node', status: 'ok', message: `${process.versions.node} (${process.execPath})` });

const GIT_MINIMUM = [2, 38] as const;

async function git(env: Environment): Promise<Finding> {
  const remedy = 'Install git 2.38 or newer (Debian: apt-get install git).';
  const output = await execute('git', ['--version'], { env, timeout: 10_000 }).catch(() => undefined);
  if (!output) return { name: 'git', status: 'fail', message: 'not found', remedy };
  const [, major = 0, minor = 0] = /(\d+)\.(\d+)/.exec(output.stdout)?.map(Number) ?? [];
  const old = major < GIT_MINIMUM[0] || (major === GIT_MINIMUM[0] && minor < GIT_MINIMUM[1]);
  // `merge-tree --write-tree` came with 2.38; integration rests on it.
  return old
    ? { name: 'git', status: 'fail', message: `${output.stdout.trim()} is too old`, remedy }
    : { name: 'git', status: 'ok', message: output.stdout.trim() };
}

function sandboxFinding(
  running: Running | undefined,
  works: boolean,
  problem: { what: string; remedy: string } | undefined,
): Finding {
  const name = 'sandbox';
  if (running?.health.sandbox === 'none') {
    return {
      name,
      status: 'warn',
      message: 'none: agents can touch everything that you can',
      remedy: 'Start the server without `--sandbox none`.',
    };
  }
  if (works) return { name, status: 'ok', message: 'bubblewrap works' };
  return {
    name,
    status: 'warn',
    message: `${problem?.what ?? 'none was found'}; only scripted agents may work`,
    ...(problem && { remedy: problem.remedy }),
  };
}

async function dataDirectory(path: string): Promise<Finding> {
  const name = 'data directory';
  const remedy = 'Make it writable, or set FUSION_KIT_HOME to another one.';
  try {
    await mkdir(path, { recursive: true, mode: 0o700 });
    const probe = join(path, `.probe-${process.pid}`);
    await writeFile(probe, 'probe');
    await rm(probe);
    const { mode } = await stat(path);
    if ((mode & 0o077) !== 0) {
      return { name, status: 'warn', message: `${path} can be read by others`, remedy: `Run \`chmod 700 ${path}\`.` };
    }
    return { name, status: 'ok', message: `${path} is writable` };
  } catch (error) {
    return { name, status: 'fail', message: (error as Error).message, remedy };
  }
}

const DISK_WARN_BYTES = 2e9;
const DISK_FAIL_BYTES = 2e8;

async function disk(path: string): Promise<Finding> {
  const remedy = 'Free disk space; every agent works in a copy of the project.';
  const { bavail, bsize } = await statfs(await existing(path));
  const free = bavail * bsize;
  const message = `${bytes(free)} free`;
  if (free >= DISK_WARN_BYTES) return { name: 'disk', status: 'ok', message };
  return { name: 'disk', status: free < DISK_FAIL_BYTES ? 'fail' : 'warn', message, remedy };
}

/** The nearest directory on the way up that is there. */
async function existing(path: string): Promise<string> {
  const there = await access(path, constants.F_OK).then(
    () => true,
    () => false,
  );
  return there || dirname(path) === path ? path : existing(dirname(path));
}

/** Only where it keeps the next server from starting. */
function limitsFinding(limits: LimitsFile | FusionError): Finding[] {
  if (!(limits instanceof FusionError)) return [];
  return [{ name: 'limits', status: 'fail', message: limits.message, remedy: limits.remedy }];
}

function serverFinding(found: Found): Finding {
  const name = 'server';
  switch (found.state) {
    case 'running':
      return { name, status: 'ok', message: `running at ${found.server.url}, process ${found.server.pid}` };
    case 'none':
      return { name, status: 'ok', message: 'not running; commands start it by themselves' };
    case 'stale':
      return {
        name,
        status: 'ok',
        message: `not running; process ${found.server.pid} left its file, which the next start replaces`,
      };
    case 'silent':
      return {
        name,
        status: 'fail',
        message: `process ${found.server.pid} does not answer: ${found.reason}`,
        remedy: 'Stop it with `fusion-kit down`.',
      };
  }
}

async function port(running: Running | undefined): Promise<Finding> {
  const name = 'port';
  if (running) return { name, status: 'ok', message: new URL(running.server.url).port };
  if (await portIsFree(USUAL_PORT)) return { name, status: 'ok', message: `${USUAL_PORT} is free` };
  return {
    name,
    status: 'warn',
    message: `${USUAL_PORT} is taken; another one will be used`,
    remedy: 'Name one with `fusion-kit up --port NUMBER`.',
  };
}

function journal({ health }: Running): Finding {
  const message = `${health.lastSeq} events, synchronous ${health.synchronous}`;
  if (/full|extra/i.test(health.synchronous) && health.status === 'ok')
    return { name: 'journal', status: 'ok', message };
  return {
    name: 'journal',
    status: 'fail',
    message,
    remedy: 'Stop the server with `fusion-kit down` and look into its log.',
  };
}

/** What the server goes by when it asks whether there is room for one more agent. */
function memory({ health: { machine } }: Running): Finding[] {
  if (!machine) return [];
  const { memoryFreeBytes, memoryTotalBytes, loadPerCore, learned } = machine;
  const taken = learned.map(
    ({ runtime, expectedBytes, dispatches }) => `${runtime} takes ${bytes(expectedBytes)} (learned from ${dispatches})`,
  );
  const said = [
    `${bytes(memoryFreeBytes)} of ${bytes(memoryTotalBytes)} free`,
    `load ${loadPerCore.toFixed(1)} for each core`,
    ...taken,
  ];
  return [{ name: 'machine', status: 'ok', message: said.join('; ') }];
}

/** As the server sees them, or, without one, which keys the environment holds; never a key. */
async function providers(running: Running | undefined, env: Environment): Promise<Finding[]> {
  if (!running) {
    const present = Boolean(env['OPENROUTER_API_KEY']);
    return [
      present
        ? { name: 'openrouter', status: 'ok', message: 'OPENROUTER_API_KEY is set' }
        : {
            name: 'openrouter',
            status: 'warn',
            message: 'OPENROUTER_API_KEY is not set; the scripted demo needs none',
            remedy: 'Get a key at https://openrouter.ai/keys and export OPENROUTER_API_KEY.',
          },
    ];
  }
  const { items } = await new Client(running.server).get('/providers', page(ProviderView));
  return items.filter(isWanted).map(({ id, status }) => ({
    name: id,
    status: status.ok ? 'ok' : 'warn',
    message: status.ok ? `ready, key: ${status.credential}` : (status.failure?.message ?? 'cannot be used'),
    ...(status.failure && { remedy: status.failure.remedy }),
  }));
}

/** Shipped providers that nobody gave a key, or that are not installed, are no trouble. */
const isWanted = ({ id, status }: ProviderView): boolean =>
  status.ok || !['openai', 'anthropic', 'google', 'ollama'].includes(id) || !NOT_SET_UP.has(status.failure?.code);
const NOT_SET_UP = new Set<string | undefined>(['provider_key_missing', 'provider_unreachable']);
