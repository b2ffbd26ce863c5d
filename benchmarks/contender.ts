import { type PlainTask, type Shape, tasksOf } from './shapes.ts';

/** What is timed. Resolves when every task of the graph has ended after those it needs, and all of that is durable. */
export type Run = () => Promise<void>;

/** Something that carries graphs of tasks out durably, in a process of its own. */
export interface Contender {
  /** What keeps a task from being lost in a power cut, as the live connection tells it. */
  durability: string;
  /** Empties the database and brings the graph into the contender's own form, which is not timed. */
  prepare(tasks: readonly PlainTask[]): Promise<Run>;
  close(): Promise<void>;
}

export type Order = { do: 'run'; shape: Shape } | { do: 'close' };
/** What a graph took: on the clock, and of processors in this process alone, which a busy machine hardly changes. */
export interface Took {
  wallMs: number;
  cpuMs: number;
}
export type Told = { durability: string } | { took: Took } | { failed: string };

const say = (told: Told) => process.send?.(told);

/** Runs one graph after the other for the process that started this one. */
export async function contend(open: () => Promise<Contender>): Promise<void> {
  try {
    const contender = await open();
    const obey = async (order: Order): Promise<void> => {
      if (order.do === 'close') {
        await contender.close();
        process.exit();
      }
      const run = await contender.prepare(tasksOf(order.shape));
      const [started, used] = [performance.now(), process.cpuUsage()];
      await run();
      const { user, system } = process.cpuUsage(used);
      say({ took: { wallMs: performance.now() - started, cpuMs: (user + system) / 1_000 } });
    };
    process.on('message', (order: Order) => void obey(order).catch(fail));
    process.once('disconnect', () => process.exit()); // whoever asked is gone
    say({ durability: contender.durability });
  } catch (thrown) {
    fail(thrown);
  }
}

function fail(thrown: unknown): void {
  const failed = thrown instanceof Error ? thrown.message : String(thrown);
  process.send?.({ failed }, () => process.exit(1));
}
