import { join } from 'node:path';
import { setTimeout as after } from 'node:timers/promises';
import { expect, it, onTestFinished } from 'vitest';
import { inspectData, repository, scratch, startServer } from './real-server.ts';

const NAME = 'ends';
/** Ends the process that started its group, which without a cage is the server. */
const source = [
  'name: poison',
  'nodes:',
  `  ${NAME}: { run: "kill -9 $PPID; sleep 60", retries: 1 }`,
  '  other: { run: "true" }',
].join('\n');

it(
  'a task that ends its own server is not taken up for ever: after three times in a row that is a failure of its own',
  { timeout: 120_000 },
  async () => {
    const place = await scratch('poison');
    onTestFinished(() => place.remove());
    const [project, home] = [join(place.path, 'project'), join(place.path, 'home')];
    await repository(project, { 'read me.txt': 'hello\n' });
    const start = () => startServer({ home, sandbox: 'none' });

    let server = await start();
    const { id } = await server.call<{ id: string }>('POST', '/projects', { path: project });
    const workflow = await server.call<{ id: string }>('POST', '/workflows', { project: id, source });
    await server.call('POST', `/workflows/${workflow.id}/start`, {});
    let lives = 0;
    for (; lives < 10; lives += 1) {
      const ended = await Promise.race([server.gone, runEnds(server)]);
      if (ended === 'ended') break;
      server = await start();
    }
    const { items: tasks } = await server.call<{ items: Shown[] }>('GET', '/tasks');
    const taskOf = (node: string) => tasks.find((task) => task.node === node);
    await server.stop();
    const { entries } = await inspectData(home);
    const requeued = entries.flatMap(({ event }) =>
      event.type === 'task.requeued' && event.taskId === taskOf(NAME)?.id ? [event.failure?.code ?? 'interrupted'] : [],
    );
    expect(requeued).toEqual(['interrupted', 'interrupted', 'server_died', 'interrupted', 'interrupted']);
    expect(taskOf(NAME)).toMatchObject({
      state: 'failed',
      failure: { code: 'server_died', message: expect.stringContaining('kill -9') },
    });
    expect(taskOf('other')?.state).toBe('completed');
    expect(lives).toBe(6);
  },
);

interface Shown {
  id: string;
  node: string;
  state: string;
}

type Server = Awaited<ReturnType<typeof startServer>>;

async function runEnds(server: Server): Promise<string> {
  for (;;) {
    const page = server.call<{ items: { state: string }[] }>('GET', '/runs').catch(() => ({ items: [] })); // it may be dead by now
    if ((await page).items.some(({ state }) => state !== 'running')) return 'ended';
    await after(50);
  }
}
