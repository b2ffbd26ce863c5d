import { Health, PublicHealth } from '@fusion-kit/domain/api';
import { asFusionError } from '@fusion-kit/domain/errors';
import { signOf } from '@fusion-kit/runner/process-sign';
import { Client } from './client.ts';
import { readServerFile, type ServerFile } from './server-file.ts';

/**
 * What is known about the server of a data directory. `stale`: its process is gone. `silent`: its process lives and does not answer, which is
 * neither running nor gone.
 */
export type Found =
  | { state: 'none' }
  | { state: 'running'; server: ServerFile; health: Health }
  | { state: 'stale'; server: ServerFile }
  | { state: 'silent'; server: ServerFile; reason: string };

export type Running = Extract<Found, { state: 'running' }>;

const HEALTH_TIMEOUT_MS = 3_000;

/** Looks for the server of a data directory: by its file, its process and its answer. */
export async function findServer(dataDir: string): Promise<Found> {
  const server = await readServerFile(dataDir);
  if (!server) return { state: 'none' };
  if (signOf(server) === 'dead') return { state: 'stale', server };
  try {
    const health = await new Client(server).get('/health', Health.or(PublicHealth), { timeoutMs: HEALTH_TIMEOUT_MS });
    // Its port may belong to another server since, which tells strangers no more than that it is well.
    return 'pid' in health && health.pid === server.pid
      ? { state: 'running', server, health }
      : { state: 'stale', server };
  } catch (thrown) {
    const error = asFusionError(thrown);
    const refused = error.details?.['connection'] === 'refused';
    // Nothing listens there any more and the number belongs to somebody else by now.
    if (refused) return { state: 'stale', server };
    return { state: 'silent', server, reason: error.message };
  }
}
