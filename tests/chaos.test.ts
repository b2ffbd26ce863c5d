import { createHash } from 'node:crypto';
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as after } from 'node:timers/promises';
import { expect, it } from 'vitest';
import type { Run } from '@fusion-kit/domain/run';
import { git, inspectData, type RealServer, repository, scratch, startServer } from './real-server.ts';

const KILLS = Number(process.env['CHAOS_KILLS'] ?? 50);
const TASKS = 30;

/** Thirty tasks in six layers; each writes a file of its own, runs a command, tells the others and finishes. */
const names = Array.from({ length: TASKS }, (_, at) => `piece${String(at).padStart(2, '0')}`);
const title = (name: string) => `Write ${name} of the mosaic`;
const workflow = [
  'name: mosaic',
  'team:',
  '  - { name: maker, capabilities: [code], subscriptions: [done.>], count: 4 }',
  'nodes:',
  ...names.flatMap((name, at) => [
    `  ${name}:`,
    `    title: ${title(name)}`,
    `    prompt: Write ${name}.`,
    ...(at >= 5 ? [`    needs: [${names[at - 5]}]`] : []),
    `    verify: [test -s ${name}.txt]`,
    '    expectsChanges: true',
    '    retries: 3',
  ]),
].join('\n');
const scenario = names.map((name) => ({
  name,
  match: title(name),
  steps: [
    { tool: 'list_files', args: {}, sleepMs: 60 },
    { tool: 'write_file', args: { path: `${name}.txt`, content: `${name}\n` }, sleepMs: 60 },
    { tool: 'shell', args: { command: `sleep 0.1; cat ${name}.txt` }, sleepMs: 60 },
    { tool: 'send_message', args: { to: `done.${name}`, text: `${name} is written.` }, sleepMs: 60 },
    { tool: 'finish', args: { summary: `${name} is written.` }, sleepMs: 60 },
  ],
}));

/** Everything of the user's repository but objects and fusion-kit's own branches, as one hash. */
async function hashOf(path: string): Promise<string> {
  const hash = createHash('sha256');
  for (const file of (await readdir(path, { recursive: true, withFileTypes: true })).toSorted((a, b) =>
    join(a.parentPath, a.name) < join(b.parentPath, b.name) ? -1 : 1,
  )) {
    const full = join(file.parentPath, file.name);
    if (
      !file.isFile() ||
      full.includes('/.git/objects/') ||
      full.includes('/refs/heads/fusion/') ||
      full.includes('/logs/refs/heads/fusion/')
    )
      continue;
    hash.update(`${full}\n`).update(await readFile(full));
  }
  return hash.digest('hex');
}

it(
  `survives ${KILLS} kills of the server during a run of ${TASKS} tasks: nothing acknowledged is lost, nothing is accepted twice`,
  { timeout: 900_000 },
  async () => {
    const home = await scratch('chaos');
    const place = await scratch('mosaic');
    let server: RealServer | undefined;
    try {
      await repository(place.path, { 'README.md': 'A mosaic.\n' });
      await writeFile(join(place.path, 'README.md'), 'A mosaic, being changed by its owner.\n');
      const before = await hashOf(place.path);
      await writeFile(join(home.path, 'scenario.json'), JSON.stringify(scenario));
      const start = () =>
        startServer({
          home: home.path,
          sandbox: 'auto',
          env: { FUSION_KIT_SCENARIO: join(home.path, 'scenario.json') },
        });

      server = await start();
      const project = await server.call<{ id: string }>('POST', '/projects', { path: place.path });
      const saved = await server.call<{ id: string }>('POST', '/workflows', { project: project.id, source: workflow });
      const startRun = () =>
        server!.call<{ run: Run }>('POST', `/workflows/${saved.id}/start`, { provider: 'scripted' });
      const runs = [(await startRun()).run.id];
      const acknowledged: string[] = [];

      for (let kill = 0; kill < KILLS; kill += 1) {
        const dying = server;
        const speaking = (async () => {
          for (let n = 0; ; n += 1) {
            const sent = await dying.call<{ id: string }>('POST', '/messages', {
              project: project.id,
              to: { topic: 'owner.note' },
              text: `kill ${kill}, note ${n}`,
            });
            acknowledged.push(sent.id);
          }
        })().catch(() => {}); // it is killed in the middle of a sentence
        await after(Math.random() * 900);
        await dying.kill();
        await speaking;
        server = await start();
        const run = await server.call<Run>('GET', `/runs/${runs.at(-1)}`);
        if (run.state === 'completed') runs.push((await startRun()).run.id);
      }

      let last: Run;
      do {
        await after(200);
        last = await server.call<Run>('GET', `/runs/${runs.at(-1)}`);
      } while (last.state === 'running');
      const errors = await server.call<{ items: { event: { type: string; failure?: { message: string } } }[] }>(
        'GET',
        '/events?severity=error&limit=20',
      );
      expect({
        state: last.state,
        errors:
          last.state === 'completed' ? [] : errors.items.map(({ event }) => `${event.type}: ${event.failure?.message}`),
      }).toEqual({
        state: 'completed',
        errors: [],
      });
      await server.stop();
      server = undefined;

      const { entries, byRows, byLog, synchronous } = await inspectData(home.path);
      expect(synchronous).toBe('full');
      expect(entries.map((entry) => entry.seq)).toEqual(entries.map((_, at) => at + 1));
      expect(byLog).toBe(byRows);
      const sent = new Set(
        entries.flatMap(({ event }) => (event.type === 'message.sent' ? [event.messageId as string] : [])),
      );
      expect(acknowledged.filter((id) => !sent.has(id))).toEqual([]);
      const accepted = entries.flatMap(({ event }) => (event.type === 'task.completed' ? [event.taskId] : []));
      expect(accepted).toHaveLength(TASKS * runs.length);
      expect(new Set(accepted).size).toBe(accepted.length);
      const proved = entries.flatMap(({ event }) => (event.type === 'task.proved' ? [event.taskId] : []));
      expect(new Set(proved).size).toBe(proved.length);
      expect(entries.filter(({ event }) => event.type === 'server.started')).toHaveLength(KILLS + 1);

      const files = git(place.path, 'ls-tree', '--name-only', last.branch!).split('\n');
      expect(files.filter((file) => file.startsWith('piece'))).toEqual(names.map((name) => `${name}.txt`));
      expect(await hashOf(place.path)).toBe(before);
    } finally {
      await server?.kill();
      await home.remove();
      await place.remove();
    }
  },
);
