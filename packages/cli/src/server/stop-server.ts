import { FusionError } from '@fusion-kit/domain/errors';
import * as z from 'zod';
import { Client } from './client.ts';
import { findServer } from './find-server.ts';
import { processEnds, processLives } from './process.ts';
import { removeServerFile, type ServerFile } from './server-file.ts';

/** A graceful stop takes less than 5 s; twice that is waited for. */
const ENDS_WITHIN_MS = 10_000;
const KILLED_WITHIN_MS = 2_500;
const ASK_TIMEOUT_MS = 2_000;

export interface Stopped {
  pid: number;
  /** `asked`: it stopped by itself. `signalled`: it had to be told by a signal. `gone`: it was not there any more. */
  how: 'asked' | 'signalled' | 'gone';
}

/**
 * Stops the server of a data directory and waits until its process is gone. Undefined when none runs.
 * @throws {FusionError} `server_unreachable` when it neither answers nor ends
 */
export async function stopServer(dataDir: string): Promise<Stopped | undefined> {
  const found = await findServer(dataDir);
  if (found.state === 'none') return undefined;
  const { server } = found;
  if (found.state === 'stale') {
    await removeServerFile(dataDir, server.pid);
    return { pid: server.pid, how: 'gone' };
  }
  // One that has just kept silent is not asked again: it is told.
  const asked = found.state === 'running' && (await asks(server));
  if (asked && (await processEnds(server.pid, ENDS_WITHIN_MS))) return ended(dataDir, server, 'asked');
  return insist(dataDir, server, found.state === 'running');
}

const asks = (server: ServerFile): Promise<boolean> =>
  new Client(server).post('/shutdown', z.unknown(), {}, { timeoutMs: ASK_TIMEOUT_MS }).then(
    () => true,
    () => false,
  );

/** By signals, and only where the process has shown that it is the server: its number alone proves nothing. */
async function insist(dataDir: string, server: ServerFile, known: boolean): Promise<Stopped> {
  const ours = known || (await looksLikeServer(server.pid));
  if (!ours) {
    throw new FusionError(
      'server_unreachable',
      `process ${server.pid} does not answer and may not be the server any more`,
      {
        remedy: `Look at it with \`ps -p ${server.pid}\`; if it is not fusion-kit, remove ${dataDir}/server.json.`,
      },
    );
  }
  for (const signal of ['SIGTERM', 'SIGKILL'] as const) {
    if (processLives(server.pid)) process.kill(server.pid, signal);
    if (await processEnds(server.pid, KILLED_WITHIN_MS)) return ended(dataDir, server, 'signalled');
  }
  throw new FusionError('server_unreachable', `process ${server.pid} does not end`, {
    remedy: `Look at it with \`ps -p ${server.pid}\`.`,
  });
}

async function ended(dataDir: string, server: ServerFile, how: Stopped['how']): Promise<Stopped> {
  await removeServerFile(dataDir, server.pid);
  return { pid: server.pid, how };
}

async function looksLikeServer(pid: number): Promise<boolean> {
  const { execFile } = await import('node:child_process');
  const { promisify } = await import('node:util');
  const shown = promisify(execFile)('ps', ['-p', String(pid), '-o', 'args='], { timeout: 5_000 });
  return shown.then(
    ({ stdout }) => /fusion-kit\S*\s+(serve|up)\b/.test(stdout),
    () => false,
  );
}
