import { once } from 'node:events';
import { writeSync } from 'node:fs';
import { Worker } from 'node:worker_threads';
import { composeServer } from '@fusion-kit/cli/compose';
import { hostServer } from '@fusion-kit/cli/server/host-server';
import type { Journal } from '@fusion-kit/domain/ports/journal';
import type { Acknowledged } from './acknowledged.ts';

/**
 * The real server under a load of its own: requests come over HTTP from this same process, so that one recording holds what was written and what was
 * answered, in order. Every answer is said on the standard output as soon as it is there.
 */

const [home = '', requests = '100', synchronous = 'full'] = process.argv.slice(2);
const AT_ONCE = 4;
const LARGE = 'A long story. '.repeat(640);
const ARCHIVE_AFTER = 40;

if (synchronous === 'off') letNothingBeSynced();

/** As if the journal had been opened with `synchronous = off` and nobody had looked. */
function letNothingBeSynced(): void {
  const post = Reflect.get(Worker.prototype, 'postMessage') as (this: Worker, message: unknown, transfer: []) => void;
  const changed = function (this: Worker, message: unknown, transfer: []): void {
    const text = JSON.stringify(message)
      .replaceAll('synchronous = full', 'synchronous = off')
      .replaceAll('"pragma synchronous"', '"select 2"');
    post.call(this, JSON.parse(text), transfer);
  };
  Object.assign(Worker.prototype, { postMessage: changed });
}

const say = (acknowledged: Acknowledged) => writeSync(1, `${JSON.stringify(acknowledged)}\n`);
const stopping = new AbortController();
let journal: Journal | undefined;

async function load(url: string, token: string): Promise<void> {
  const call = async <Answer = { id: string }>(method: string, path: string, body: unknown): Promise<Answer> => {
    const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' };
    const response = await fetch(`${url}/api/v1${path}`, { method, headers, body: JSON.stringify(body) });
    if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${await response.text()}`);
    return (await response.json()) as Answer;
  };
  say({ kind: 'token', token });
  const project = await call('POST', '/projects', { path: home });
  const ask = async (turn: number): Promise<void> => {
    if (turn % 25 === 7) {
      const id = `provider-${turn}`;
      await call('POST', '/providers', { id, protocol: 'openai-compatible', baseUrl: 'http://127.0.0.1:9/v1' });
      say({ kind: 'provider', id });
    } else if (turn % 10 === 3) {
      const source = `name: flow-${turn}\nnodes:\n  only:\n    prompt: ${LARGE.slice(0, 9_000)}\n`;
      const { id } = await call('POST', '/workflows', { project: project.id, source });
      say({ kind: 'workflow.saved', id });
    } else if (turn % 5 === 1) {
      const work = { kind: 'agent', prompt: 'Wait.' };
      const { id } = await call('POST', '/tasks', { project: project.id, title: `Task ${turn}`, work });
      say({ kind: 'task.created', id });
    } else {
      const text = turn % 3 === 0 ? `${turn} ${LARGE}` : `Note ${turn}.`;
      const { id } = await call('POST', '/messages', { project: project.id, to: { topic: 'a.note' }, text });
      say({ kind: 'message.sent', id });
    }
    if (turn % ARCHIVE_AFTER === ARCHIVE_AFTER - 1) await journal?.archive?.(turn);
  };
  let turn = 0;
  const speaker = async (): Promise<void> => {
    while (turn < Number(requests)) await ask((turn += 1));
  };
  await Promise.all(Array.from({ length: AT_ONCE }, speaker));
}

let tellListening: (server: { url: string; token: string }) => void = () => {};
const listening = new Promise<{ url: string; token: string }>((resolve) => (tellListening = resolve));
const hosting = hostServer(
  {
    dataDir: home,
    port: 0,
    sandbox: 'none',
    env: process.env,
    log: (line) => process.stderr.write(`${line}\n`),
    compose: (options) =>
      composeServer({
        ...options,
        through: (name, part) => {
          if (name === 'journal') journal = part as unknown as Journal;
          return part;
        },
      }),
    onListening: (server) => tellListening(server),
  },
  stopping.signal,
);
const { url, token } = await Promise.race([listening, hosting.then(() => Promise.reject(new Error('it ended')))]);
await load(url, token);
stopping.abort('the load is over');
await hosting;
if (process.stdout.writableNeedDrain) await once(process.stdout, 'drain');
process.exit(0);
