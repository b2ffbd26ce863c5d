import { DBOS } from '@dbos-inc/dbos-sdk';
import { Client } from 'pg';
import { contend } from '../contender.ts';
import type { PlainTask } from '../shapes.ts';

// DBOS 5 on PostgreSQL with `fsync=on, synchronous_commit=on`. The graph is one workflow and every task one of its steps: the cheapest way DBOS has to
// make a task durable. A workflow has to take its steps in the same order when it is recovered, so they are taken level by level, those of a level at
// once. What is durable of a task: that its step has ended, and with what. After a crash the workflow begins again and skips the steps that are
// recorded; a step that was at work is done again. That a task is waiting or has started is not kept.

/** Connections, hence steps that share a write to the disk: as many as DBOS takes of its own accord. */
const CONNECTIONS = 10;
/** Steps that are under way at once; each waits for a connection. */
const AT_ONCE = 200;

/** Level by level, at most so many at once. */
function waves(tasks: readonly PlainTask[]): string[][] {
  const levelOf = new Map<string, number>();
  const levels: string[][] = [];
  for (const { id, needs } of tasks) {
    const level = needs.reduce((highest, need) => Math.max(highest, levelOf.get(need)! + 1), 0);
    levelOf.set(id, level);
    (levels[level] ??= []).push(id);
  }
  return levels.flatMap((level) =>
    Array.from({ length: Math.ceil(level.length / AT_ONCE) }, (_, part) =>
      level.slice(part * AT_ONCE, (part + 1) * AT_ONCE),
    ),
  );
}

const runGraph = DBOS.registerWorkflow(
  async (steps: string[][]) => {
    for (const wave of steps) await Promise.all(wave.map((id) => DBOS.runStep(async () => id, { name: id })));
  },
  { name: 'graph' },
);

await contend(async () => {
  const url = process.env['DATABASE_URL'];
  if (url === undefined) throw new Error('DATABASE_URL is not set');
  const client = new Client(url);
  await client.connect();
  const shown = async (setting: string) => String(Object.values((await client.query(`show ${setting}`)).rows[0])[0]);
  const durability = `PostgreSQL, fsync=${await shown('fsync')} synchronous_commit=${await shown('synchronous_commit')}; ${CONNECTIONS} connections`;
  await client.end();
  DBOS.setConfig({ name: 'bench', systemDatabaseUrl: url, systemDatabasePoolSize: CONNECTIONS, logLevel: 'error' });
  await DBOS.launch();
  return {
    durability,
    close: () => DBOS.shutdown(),
    async prepare(tasks) {
      const steps = waves(tasks);
      return async () => (await DBOS.startWorkflow(runGraph)(steps)).getResult();
    },
  };
});
