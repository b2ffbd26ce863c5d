import type { Health } from '@fusion-kit/domain/api';
import { FusionError } from '@fusion-kit/domain/errors';
import type { Answer, Call } from '../call.ts';
import { dataDirectoryOf } from '../data-directory.ts';
import { duration } from '../output/figures.ts';
import { sandboxLine } from '../output/sandbox-line.ts';
import { fieldsText } from '../output/table.ts';
import { silentError } from '../server/connect.ts';
import { findServer } from '../server/find-server.ts';
import { pageOf } from '../server/server-file.ts';
import type { Paint } from '../terminal.ts';

/** Whether a server runs for this data directory; starts none. */
export async function status(call: Call): Promise<Answer> {
  const dataDir = dataDirectoryOf(call);
  const found = await findServer(dataDir);
  if (found.state === 'running') {
    const { server, health: known } = found;
    const page = pageOf(server);
    return {
      data: { running: true, dataDir, url: server.url, page, token: server.token, pid: server.pid, health: known },
      text: (paint) =>
        fieldsText(
          [
            ['server', paint.green('running')],
            ['page', paint.cyan(page)],
            ['token', server.token],
            ...healthFields(known, paint),
          ],
          paint,
        ),
    };
  }
  const silent = found.state === 'silent';
  return {
    data: {
      running: false,
      dataDir,
      url: null,
      page: null,
      token: null,
      pid: silent ? found.server.pid : null,
      health: null,
    },
    text: (paint) =>
      fieldsText(
        [
          [
            'server',
            silent
              ? paint.yellow(`process ${found.server.pid} lives but does not answer`)
              : paint.dim('not running; `fusion-kit up` starts it'),
          ],
          ['data', dataDir],
        ],
        paint,
      ),
    ok: !silent,
  };
}

/** The health of the running server. @throws {FusionError} `server_unreachable` when none runs: a health check must not start one */
export async function health(call: Call): Promise<Answer> {
  const found = await findServer(dataDirectoryOf(call));
  if (found.state === 'silent') throw silentError(found);
  if (found.state !== 'running') throw new FusionError('server_unreachable', 'no server is running');
  const known = found.health;
  return {
    data: known,
    text: (paint) =>
      fieldsText(
        [
          ['status', known.status === 'ok' ? paint.green('ok') : paint.red(known.status)],
          ...healthFields(known, paint),
        ],
        paint,
      ),
    ok: known.status === 'ok',
  };
}

/** Of what a sandbox keeps from agents nothing more is said than that there is none. */
const notEnforced = ({ leash }: Health): string =>
  leash
    .filter(({ by, remedy }) => by === 'none' && remedy !== undefined)
    .map(({ what }) => what)
    .join(', ');

const healthFields = (known: Health, paint: Paint): (readonly [string, string])[] => [
  ['data', known.dataDir],
  ['sandbox', sandboxLine(known.sandbox, paint)],
  ['not enforced', paint.yellow(notEnforced(known))],
  ['version', `${known.version}, process ${known.pid}, up ${duration(known.uptimeMs)}`],
  ['journal', `${known.lastSeq} events, synchronous ${known.synchronous}`],
  [
    'work',
    `${known.counts.agents} agents, ${known.counts.runningTasks} tasks running, ${known.counts.queuedTasks} queued, ${known.counts.runs} runs`,
  ],
];
