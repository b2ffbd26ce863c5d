import { createServer } from 'node:net';
import { setTimeout as after } from 'node:timers/promises';
import { asFusionError, FusionError } from '@fusion-kit/domain/errors';
import { knownProcess } from '@fusion-kit/runner/process-sign';
import { makeDataDirectory } from '../data-directory.ts';
import type { SandboxChoice } from '../options.ts';
import type { Environment } from '../terminal.ts';
import { VERSION } from '../version.ts';
import type { ComposedServer, ComposeServer } from './composed.ts';
import { removeServerFile, type ServerFile, writeServerFile } from './server-file.ts';

export const USUAL_PORT = 8_000;
/** How long a server that has failed may take to close what it opened. */
const FAILING_MS = 5_000;

export interface Hosting {
  dataDir: string;
  /** Undefined: the usual one, or any other when that is taken. */
  port: number | undefined;
  sandbox: SandboxChoice;
  env: Environment;
  log: (line: string) => void;
  compose: ComposeServer;
  /** Told once, when it listens and can be found. */
  onListening: (server: ServerFile, composed: ComposedServer) => void;
}

/**
 * Is the server of a data directory until `signal` aborts, somebody asks it to stop, or it cannot go on.
 * @throws {FusionError} `port_taken`, `journal_locked`, `data_directory_unusable`, and what made it stop
 */
export async function hostServer(hosting: Hosting, signal: AbortSignal): Promise<void> {
  const { dataDir, env, log } = hosting;
  await makeDataDirectory(dataDir);
  const port = await choosePort(hosting.port);
  if (hosting.port === undefined && port !== USUAL_PORT) log(`port ${USUAL_PORT} is taken, using another one`);
  const asked = Promise.withResolvers<string>();
  const onAbort = (): void => asked.resolve(String(signal.reason));
  signal.addEventListener('abort', onAbort, { once: true });
  if (signal.aborted) onAbort();
  const composed = await hosting.compose({
    dataDir,
    port,
    sandbox: hosting.sandbox,
    version: VERSION,
    env,
    log,
    ...(env['FUSION_KIT_SCENARIO'] && { scriptedScenario: env['FUSION_KIT_SCENARIO'] }),
    onShutdown: asked.resolve,
  });
  const server: ServerFile = {
    url: composed.url,
    token: composed.token,
    ...knownProcess(process.pid),
    version: VERSION,
    startedAt: Date.now(),
  };
  try {
    await writeServerFile(dataDir, server);
    hosting.onListening(server, composed);
    const reason = await Promise.race([asked.promise, composed.failed]);
    log(`stopping: ${reason}`);
    await composed.close(reason);
  } catch (thrown) {
    const error = asFusionError(thrown);
    log(`failed: ${error.code}: ${error.message}`);
    // What cannot be kept cannot be parked: agents are ended and the port is freed, as far as that still goes.
    await Promise.race([composed.close('it failed').catch(() => {}), after(FAILING_MS, undefined, { ref: false })]);
    throw error;
  } finally {
    signal.removeEventListener('abort', onAbort);
    await removeServerFile(dataDir, server.pid);
  }
}

/**
 * Asks before anything is opened, so that a taken port costs nothing.
 * @throws {FusionError} `port_taken` when that very port was asked for
 */
async function choosePort(asked: number | undefined): Promise<number> {
  const wanted = asked ?? USUAL_PORT;
  if (wanted === 0 || (await portIsFree(wanted))) return wanted;
  if (asked === undefined) return 0;
  throw new FusionError('port_taken', `port ${asked} is used by another program`);
}

/** Whether a server of this machine may listen there. */
export const portIsFree = (port: number): Promise<boolean> =>
  new Promise((resolve) => {
    const probe = createServer();
    probe.once('error', () => resolve(false));
    probe.listen({ port, host: '127.0.0.1', exclusive: true }, () => probe.close(() => resolve(true)));
  });
