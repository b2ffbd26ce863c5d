import { Queue, Worker } from 'bullmq';
import { Redis, type Result } from 'ioredis';
import { contend } from '../contender.ts';
import type { PlainTask } from '../shapes.ts';

// BullMQ 6 on Redis with `appendonly yes, appendfsync always`. A flow of BullMQ is a tree, in which a job has one parent; a graph needs a countdown, which
// is kept in Redis beside the jobs. What is durable of a task: its job (added, active, completed), that it is settled, and how many needs each
// dependent still has. A worker that dies leaves an active job, which BullMQ hands out again when its lock expires; settling it again counts nothing
// down twice, and adding a job that is there does nothing, so tasks run at least once and dependents are made once.

/** More of them share each write to the disk; beyond this it gets no faster. */
const CONCURRENCY = 200;
/** Jobs and counts sent to Redis at once. */
const PART = 1_000;
const OPTIONS = { host: '127.0.0.1', port: Number(process.env['REDIS_PORT']), maxRetriesPerRequest: null };

/** Marks a task as settled, the first time counts down what needs it, and returns what may start. */
const SETTLE = `
local first = redis.call('sadd', KEYS[1], ARGV[1]) == 1
local ready = {}
for id in string.gmatch(redis.call('hget', KEYS[2], ARGV[1]) or '', '%S+') do
  local left = first and redis.call('hincrby', KEYS[3], id, -1) or tonumber(redis.call('hget', KEYS[3], id))
  if left == 0 then ready[#ready + 1] = id end
end
return ready`;

declare module 'ioredis' {
  interface RedisCommander<Context> {
    settle(settled: string, dependents: string, left: string, id: string): Result<string[], Context>;
  }
}

await contend(async () => {
  const redis = new Redis({ ...OPTIONS, enableAutoPipelining: true });
  redis.defineCommand('settle', { numberOfKeys: 3, lua: SETTLE });
  const [, fsync] = await redis.config('GET', 'appendfsync');
  const [, appendonly] = await redis.config('GET', 'appendonly');

  async function keepGraph(tasks: readonly PlainTask[]): Promise<void> {
    const dependents = new Map<string, string[]>();
    for (const { id, needs } of tasks)
      for (const need of needs) dependents.set(need, [...(dependents.get(need) ?? []), id]);
    for (let at = 0; at < tasks.length; at += PART) {
      const part = tasks.slice(at, at + PART);
      await redis.hset('left', Object.fromEntries(part.map(({ id, needs }) => [id, needs.length])));
      await redis.hset(
        'dependents',
        Object.fromEntries(part.map(({ id }) => [id, (dependents.get(id) ?? []).join(' ')])),
      );
    }
  }

  const done = (worker: Worker, count: number) =>
    new Promise<void>((resolve, reject) => {
      let open = count;
      worker.on('completed', () => (open -= 1) === 0 && resolve());
      worker.on('failed', (_job, error) => reject(error));
      worker.on('error', reject);
    });

  return {
    durability: `Redis, appendonly=${appendonly} appendfsync=${fsync}; concurrency ${CONCURRENCY}`,
    close: async () => redis.disconnect(),
    async prepare(tasks) {
      await redis.flushall();
      return async () => {
        await keepGraph(tasks);
        const queue = new Queue('tasks', { connection: OPTIONS });
        const add = (ids: readonly string[]) =>
          queue.addBulk(ids.map((id) => ({ name: 'task', data: { id }, opts: { jobId: id } })));
        const work = async ({ data: { id } }: { data: { id: string } }) => {
          const ready = await redis.settle('settled', 'dependents', 'left', id);
          if (ready.length > 0) await add(ready);
        };
        const worker = new Worker<{ id: string }>('tasks', work, { connection: OPTIONS, concurrency: CONCURRENCY });
        const end = done(worker, tasks.length);
        const roots = tasks.filter(({ needs }) => needs.length === 0).map(({ id }) => id);
        for (let at = 0; at < roots.length; at += PART) await add(roots.slice(at, at + PART));
        await end;
        void worker.close(true).then(() => queue.close()); // the time to say goodbye is not the run's
      };
    },
  };
});
