import { spawn } from 'node:child_process';
import { closeSync, existsSync, openSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { errorOf, Failure, FusionError } from '@fusion-kit/domain/errors';
import * as z from 'zod';
import { makeDataDirectory } from '../data-directory.ts';
import type { SandboxChoice } from '../options.ts';
import type { Environment } from '../terminal.ts';
import { findServer, type Running } from './find-server.ts';
import { logPath } from './log-file.ts';
import { lookUntil } from './process.ts';

const STARTS_WITHIN_MS = 30_000;
export const ANSWERS_WITHIN_MS = 15_000;

/** What the background server tells the process that started it. */
export const Beginning = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('listening') }),
  z.object({ kind: z.literal('failed'), failure: Failure }),
]);
export type Beginning = z.infer<typeof Beginning>;

export interface Starting {
  dataDir: string;
  port?: number | undefined;
  sandbox?: SandboxChoice | undefined;
  env: Environment;
}

/**
 * Starts a server in the background and waits until it answers. When another process was faster, that one's server is the answer: the lock of
 * the data directory decides, never two; `ours` says whether it is the one started here.
 * @throws {FusionError} why it could not start
 */
export async function startServer(starting: Starting): Promise<Running & { ours: boolean }> {
  const { dataDir } = starting;
  await makeDataDirectory(dataDir);
  const beginning = await spawnServer(starting);
  if (beginning.kind === 'failed' && beginning.failure.code !== 'journal_locked') throw errorOf(beginning.failure);
  const running = await waitForServer(dataDir, ANSWERS_WITHIN_MS);
  if (running) return { ...running, ours: beginning.kind === 'listening' };
  if (beginning.kind === 'failed') throw errorOf(beginning.failure);
  throw new FusionError('server_unreachable', 'the server started and does not answer', {
    remedy: `See ${logPath(dataDir)}.`,
  });
}

/** The running server of a data directory as soon as it answers; undefined when none did within the time. */
export const waitForServer = (dataDir: string, withinMs: number): Promise<Running | undefined> =>
  lookUntil(
    async () => {
      const found = await findServer(dataDir);
      return found.state === 'running' ? found : undefined;
    },
    { everyMs: 50, withinMs },
  );

async function spawnServer({ dataDir, port, sandbox, env }: Starting): Promise<Beginning> {
  const log = openSync(logPath(dataDir), 'a', 0o600);
  const child = spawn(
    process.execPath,
    [
      fileURLToPath(new URL('../../bin/fusion-kit.js', import.meta.url)),
      'serve',
      ...(port === undefined ? [] : ['--port', String(port)]),
      ...(sandbox === undefined ? [] : ['--sandbox', sandbox]),
    ],
    {
      // Of its own session: Ctrl-C in this terminal is not meant for it. Its directory must not keep a disk busy.
      detached: true,
      cwd: dataDir,
      env: { ...env, FUSION_KIT_HOME: dataDir },
      stdio: ['ignore', log, log, 'ipc'],
    },
  );
  closeSync(log);
  const { promise, resolve, reject } = Promise.withResolvers<Beginning>();
  const impatience = setTimeout(() => {
    child.kill('SIGKILL');
    reject(unstarted(dataDir, `the server did not start within ${STARTS_WITHIN_MS / 1_000} s`));
  }, STARTS_WITHIN_MS);
  child.once('error', (cause) => reject(unstarted(dataDir, `the server could not be started: ${cause.message}`)));
  child.once('exit', (code, signal) =>
    reject(unstarted(dataDir, `the server ended at once (${signal ?? `exit code ${code}`})`)),
  );
  child.on('message', (message) => {
    const beginning = Beginning.safeParse(message);
    if (beginning.success) resolve(beginning.data);
  });
  try {
    return await promise;
  } finally {
    clearTimeout(impatience);
    child.removeAllListeners();
    if (child.connected) child.disconnect();
    child.unref();
  }
}

function unstarted(dataDir: string, message: string): FusionError {
  const path = logPath(dataDir);
  const lines = existsSync(path) ? readFileSync(path, 'utf8').trimEnd().split('\n').slice(-5) : [];
  return new FusionError('server_unreachable', [message, ...lines].join('\n'), { remedy: `See ${path}.` });
}
