import { cp, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as after } from 'node:timers/promises';
import { PROJECTION_VERSION } from '@fusion-kit/domain/entry';
import { checkedEntry } from '@fusion-kit/domain/upcast';
import type { Run } from '@fusion-kit/domain/run';
import { foldedRows, stateHash } from '@fusion-kit/engine/state-hash';
import { inspectData, repository, ROOT, scratch, startServer } from '../tests/real-server.ts';

/** Writes the log of one whole run of the example as this release leaves it, and the state it leads to: `node --conditions=fusion-kit-source tools/freeze-log.ts` */
const FROZEN = join(ROOT, 'packages/engine/src/frozen');
const { version } = JSON.parse(await readFile(join(ROOT, 'packages/cli/package.json'), 'utf8')) as { version: string };

const home = await scratch('freeze-home');
const place = await scratch('freeze');
const path = join(place.path, 'price-list');
await cp(join(ROOT, 'examples/price-list'), path, { recursive: true });
await repository(path, {});
const server = await startServer({ home: home.path });
const call = <Answer>(method: string, route: string, body?: unknown) => server.call<Answer>(method, route, body);
interface Made {
  id: string;
}

const project = await call<Made>('POST', '/projects', { path });
const bob = { project: project.id, name: 'bob', provider: 'scripted', capabilities: ['dance'] };
const agent = await call<Made & { state: string }>('POST', '/agents', bob);
while ((await call<{ state: string }>('GET', `/agents/${agent.id}`)).state !== 'idle') await after(50);
for (const action of ['pause', 'resume']) await call('PATCH', `/agents/${agent.id}`, { action });
const sing = { project: project.id, title: 'Sing', work: { kind: 'agent', prompt: 'Sing.' }, requires: ['sing'] };
const task = await call<Made>('POST', '/tasks', sing);
await call('PATCH', `/tasks/${task.id}`, { action: 'reprioritize', priority: 9 });
await call('PATCH', `/tasks/${task.id}`, { action: 'cancel' });

const source = await readFile(join(ROOT, 'examples/price-list.workflow.yaml'), 'utf8');
const workflow = await call<Made>('POST', '/workflows', { project: project.id, source });
let { run } = await call<{ run: Run }>('POST', `/workflows/${workflow.id}/start`, { provider: 'scripted' });
for (const action of ['pause', 'resume']) await call('PATCH', `/runs/${run.id}`, { action });
await call('POST', '/messages', { project: project.id, to: { topic: 'owner.note' }, text: 'Well begun.', from: 'Mia' });
for (; run.state === 'running'; await after(100)) run = await call<Run>('GET', `/runs/${run.id}`);
await call('DELETE', `/agents/${agent.id}`);
await server.stop();

const { entries } = await inspectData(home.path);
const neutral = (line: string) =>
  line
    .replaceAll(home.path, '/home/mia/.fusion-kit')
    .replaceAll(place.path, '/home/mia')
    .replace(/"pid":\d+/, '"pid":4242');
const lines = entries.map((entry) => `${neutral(JSON.stringify(entry))}\n`);
await writeFile(join(FROZEN, `log-${version}.jsonl`), lines.join(''));
async function* log() {
  yield lines.map((line) => checkedEntry(JSON.parse(line) as Parameters<typeof checkedEntry>[0]));
}
const state = { projectionVersion: PROJECTION_VERSION, stateHash: await stateHash(foldedRows(log())) };
await writeFile(join(FROZEN, `log-${version}.state.json`), `${JSON.stringify(state)}\n`);
await home.remove();
await place.remove();
process.stdout.write(`${lines.length} entries in ${FROZEN}; the run ended ${run.state}\n`);
