import { FusionError, asFusionError } from '@fusion-kit/domain/errors';
import * as z from 'zod';
import type { Answer, Call } from '../call.ts';
import { dataDirectoryOf } from '../data-directory.ts';
import { optionsOf, Port, SandboxChoice } from '../options.ts';
import { sandboxLine } from '../output/sandbox-line.ts';
import { fieldsText } from '../output/table.ts';
import { silentError } from '../server/connect.ts';
import { findServer, type Running } from '../server/find-server.ts';
import { hostServer, USUAL_PORT } from '../server/host-server.ts';
import { loadCompose } from '../server/load-compose.ts';
import { pageOf, type ServerFile } from '../server/server-file.ts';
import { ANSWERS_WITHIN_MS, startServer, waitForServer } from '../server/start-server.ts';

const Options = z.object({
  port: Port.optional(),
  sandbox: SandboxChoice.default('auto'),
  detach: z.boolean().default(false),
});

/** Starts the server, here or in the background; one that runs already for this data directory is simply shown. */
export async function up(call: Call): Promise<Answer | undefined> {
  const { port, sandbox, detach } = optionsOf(call, Options);
  const dataDir = dataDirectoryOf(call);
  const found = await findServer(dataDir);
  if (found.state === 'running') return running(found, 'is already running');
  if (found.state === 'silent') throw silentError(found);
  if (detach) {
    const begun = await startServer({ dataDir, port, sandbox, env: call.env });
    return running(begun, begun.ours ? 'is up in the background' : 'is already running');
  }

  const { terminal } = call;
  try {
    await hostServer(
      {
        dataDir,
        port,
        sandbox,
        env: call.env,
        log: (line) => terminal.err(`${terminal.errorPaint.dim(line)}\n`),
        compose: await loadCompose(),
        onListening: (server, composed) => {
          const answer = listening(server, { dataDir, sandbox: composed.sandbox }, 'up');
          terminal.out(
            call.json
              ? `${JSON.stringify(answer.data, undefined, 2)}\n`
              : `${answer.text(terminal.paint, terminal.columns)}\n${terminal.paint.dim('Ctrl-C stops it; work is parked and goes on at the next start.')}\n`,
          );
        },
      },
      call.signal,
    );
    return undefined;
  } catch (thrown) {
    const error = asFusionError(thrown);
    // Somebody else was faster: theirs is the server of this data directory.
    const winner = error.code === 'journal_locked' ? await waitForServer(dataDir, ANSWERS_WITHIN_MS) : undefined;
    if (winner) return running(winner, 'is already running');
    if (error.code === 'port_taken')
      throw new FusionError('port_taken', error.message, { cause: error, details: { port: port ?? USUAL_PORT } });
    throw error;
  }
}

const running = ({ server, health }: Running, how: string): Answer =>
  listening(server, { dataDir: health.dataDir, sandbox: health.sandbox }, how);

function listening(
  server: ServerFile,
  { dataDir, sandbox }: { dataDir: string; sandbox: 'bubblewrap' | 'none' | 'missing' },
  how: string,
): Answer {
  const page = pageOf(server);
  return {
    data: { url: server.url, token: server.token, pid: server.pid, dataDir, page, sandbox },
    text: (paint) =>
      `${paint.bold('fusion-kit')} ${paint.green(how)}\n\n${fieldsText(
        [
          ['page', paint.cyan(page)],
          ['data', dataDir],
          ['sandbox', sandboxLine(sandbox, paint)],
          ['process', String(server.pid)],
        ],
        paint,
      )}`,
  };
}
