import type { Health } from '@fusion-kit/domain/api';
import { FusionError } from '@fusion-kit/domain/errors';
import type { World } from '../call.ts';
import { dataDirectoryOf } from '../data-directory.ts';
import { VERSION } from '../version.ts';
import { Client } from './client.ts';
import { findServer, type Found } from './find-server.ts';
import type { ServerFile } from './server-file.ts';
import { startServer } from './start-server.ts';

export interface Connection {
  client: Client;
  server: ServerFile;
  health: Health;
  dataDir: string;
  /** Whether this command started it. */
  started: boolean;
}

/**
 * The server of the data directory, started in the background when none runs (and that is said).
 * @throws {FusionError} `server_unreachable`, `version_mismatch`, or why it could not start
 */
export async function connect(world: World): Promise<Connection> {
  const dataDir = dataDirectoryOf(world);
  const found = await findServer(dataDir);
  if (found.state === 'silent') throw silentError(found);
  const running =
    found.state === 'running' ? { ...found, ours: false } : await startServer({ dataDir, env: world.env });
  const { server, health, ours: started } = running;
  if (started) {
    const said = `started a server at ${server.url}; stop it with \`fusion-kit down\``;
    world.terminal.err(`${world.terminal.errorPaint.dim(said)}\n`);
  }
  if (health.version !== VERSION) {
    throw new FusionError('version_mismatch', `the server is version ${health.version}, this command ${VERSION}`);
  }
  return { client: new Client(server, VERSION), server, health, dataDir, started };
}

export const silentError = (found: Extract<Found, { state: 'silent' }>): FusionError =>
  new FusionError(
    'server_unreachable',
    `the server (process ${found.server.pid}) lives but does not answer: ${found.reason}`,
    {
      remedy: 'Wait a moment and try again, or stop it with `fusion-kit down`.',
    },
  );
