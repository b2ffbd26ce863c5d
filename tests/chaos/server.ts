import childProcess, { type ChildProcess } from 'node:child_process';
import { writeSync } from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';
import type { Workspace } from '@fusion-kit/domain/ports/workspaces';

/**
 * The real server, which ends itself by SIGKILL where the environment says: at the CHAOS_CROSSINGth crossing of CHAOS_POINT. Only what stands between the
 * parts is added; the parts are those that users run.
 */

const point = process.env['CHAOS_POINT'] ?? '';
const withinMs = Number(process.env['CHAOS_WITHIN_MS'] ?? 0);
let left = Number(process.env['CHAOS_CROSSING'] ?? 1);
let isOpen = false;

function die(): void {
  writeSync(1, `\ndied ${point}\n`);
  process.kill(process.pid, 'SIGKILL');
}

function cross(name: string): void {
  if (name !== point || --left !== 0) return;
  if (!point.startsWith('during ')) return die();
  const waitMs = Math.random() * withinMs;
  // A timer is too coarse for what takes a millisecond in another thread or process.
  if (withinMs > 10) setTimeout(die, waitMs);
  else {
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, waitMs);
    die();
  }
}

/** The same part, which may be left for good before, during or after each of its methods. */
function through<Part extends object>(name: string, part: Part): Part {
  if (name === 'journal') isOpen = true;
  return new Proxy(part, {
    get(target, key) {
      const value: unknown = Reflect.get(target, key, target);
      if (typeof value !== 'function') return value;
      return (...given: unknown[]): unknown => {
        const what = crossing(name, String(key), given[0]);
        cross(`before ${what}`);
        const result: unknown = Reflect.apply(value, target, given);
        cross(`during ${what}`);
        if (!(result instanceof Promise)) return result;
        return result.then((answer: unknown) => {
          cross(`after ${what}`);
          return what === 'workspaces.open' ? through('workspace', answer as Workspace) : answer;
        });
      };
    },
  });
}

function crossing(part: string, method: string, given: unknown): string {
  const type = typeof given === 'object' && given !== null && 'type' in given ? ` ${String(given.type)}` : '';
  return `${part}.${method}${part.endsWith('End') ? type : ''}`;
}

/** Two steps of a landing that no port separates are told apart by the git commands that do them. */
const GIT: readonly (readonly [string, (words: readonly string[]) => boolean])[] = [
  ['git moving the branch in the store', (w) => w.includes('update-ref') && w.some((word) => IS_RUN_BRANCH.test(word))],
  ['git writing the branch to the user', (w) => w.includes('push') && w.some((word) => IS_RUN_BRANCH.test(word))],
];
const IS_RUN_BRANCH = /(^|:)refs\/heads\/fusion\//;

const spawn = childProcess.spawn;
childProcess.spawn = ((...given: [string, string[], object]): ChildProcess => {
  const words = Array.isArray(given[1]) ? given[1] : [];
  const what = GIT.find(([, fits]) => fits(words))?.[0];
  if (what) cross(`before ${what}`);
  const child = spawn(...given);
  if (what) {
    child.prependOnceListener('exit', () => cross(`after ${what}`));
    cross(`during ${what}`);
  }
  return child;
}) as typeof spawn;
syncBuiltinESMExports();

/** Rows are written where no port is: told by what they say of themselves, and before anybody has the journal they are what a dead server left to be folded. */
const { Connection } = await import('@fusion-kit/journals/sqlite/connection');
const { rowsAsOf } = await import('@fusion-kit/journals/sqlite/rows-behind');
Connection.prototype.write = new Proxy(Reflect.get(Connection.prototype, 'write'), {
  apply(write, connection, given: Parameters<InstanceType<typeof Connection>['write']>) {
    const writing = () => Reflect.apply(write, connection, given);
    if (!given[0].steps.some(({ sql }) => sql === rowsAsOf(0).sql)) return writing();
    const what = isOpen ? 'rows that follow the log' : 'rows folded at opening';
    cross(`before ${what}`);
    const written = writing();
    cross(`during ${what}`);
    return written.then(() => cross(`after ${what}`));
  },
});

const { composeServer } = await import('@fusion-kit/cli/compose');
const { hostServer } = await import('@fusion-kit/cli/server/host-server');
const stopping = new AbortController();
process.on('SIGTERM', () => stopping.abort('SIGTERM'));
const dataDir = process.env['FUSION_KIT_HOME'] ?? '';
await hostServer(
  {
    dataDir,
    port: 0,
    sandbox: 'auto',
    env: process.env,
    log: (line) => process.stderr.write(`${line}\n`),
    compose: (options) => composeServer({ ...options, through }),
    onListening: ({ url, token, pid }) => process.stdout.write(`${JSON.stringify({ url, token, pid })}\n`),
  },
  stopping.signal,
);
process.exit(0);
