import { asFusionError } from '@fusion-kit/domain/errors';
import * as z from 'zod';
import type { Answer, Call } from '../call.ts';
import { dataDirectoryOf } from '../data-directory.ts';
import { optionsOf, Port, SandboxChoice } from '../options.ts';
import { hostServer } from '../server/host-server.ts';
import { loadCompose } from '../server/load-compose.ts';
import { logFile } from '../server/log-file.ts';
import type { Beginning } from '../server/start-server.ts';

/** The server in the background: speaks to the process that started it until it listens, and to its log afterwards. */
export async function serve(call: Call): Promise<Answer | undefined> {
  const { port, sandbox } = optionsOf(
    call,
    z.object({ port: Port.optional(), sandbox: SandboxChoice.default('auto') }),
  );
  const dataDir = dataDirectoryOf(call);
  const log = logFile(dataDir);
  try {
    await hostServer(
      {
        dataDir,
        port,
        sandbox,
        env: call.env,
        log,
        compose: await loadCompose(),
        onListening: (server) => {
          log(`listening at ${server.url}, process ${server.pid}, version ${server.version}`);
          void tell({ kind: 'listening' });
        },
      },
      call.signal,
    );
    return undefined;
  } catch (thrown) {
    const failure = asFusionError(thrown).toJSON();
    log(`ended: ${failure.code}: ${failure.message}`);
    await tell({ kind: 'failed', failure });
    return { data: { error: failure }, text: () => '', ok: false };
  }
}

/** Told by the channel of the parent, as long as it listens. */
const tell = (beginning: Beginning): Promise<void> =>
  new Promise((resolve) => {
    if (!process.connected) resolve();
    else process.send?.(beginning, () => resolve());
  });
