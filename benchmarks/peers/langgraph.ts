import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Annotation, START, StateGraph } from '@langchain/langgraph';
import { SqliteSaver } from '@langchain/langgraph-checkpoint-sqlite';
import Database from 'better-sqlite3';
import { contend } from '../contender.ts';

// LangGraph.js with its SQLite checkpointer, `synchronous=FULL` and durability 'sync'. The graph is a StateGraph with a node for each task and an edge from
// all that it needs. What is durable of a task: what it wrote, when it has ended; and a checkpoint of the whole state before the next level
// starts. After a crash the thread goes on from the last checkpoint with what was written since; a node that was at work is done again.

const State = Annotation.Root({
  done: Annotation<number>({ reducer: (sum, more) => sum + more, default: () => 0 }),
});

let scratch: string | undefined;
let close = () => {};

const leave = async () => {
  close();
  if (scratch) await rm(scratch, { recursive: true });
};
const enter = async () => {
  await leave();
  scratch = await mkdtemp(join(tmpdir(), 'langgraph-'));
  const database = new Database(join(scratch, 'checkpoints.db'));
  close = () => void database.close();
  database.pragma('journal_mode = wal');
  database.pragma('synchronous = full'); // by itself better-sqlite3 does with less in this mode
  return database;
};

const level = (await enter()).pragma('synchronous', { simple: true }) === 2 ? 'full' : 'less than full';
await contend(async () => ({
  durability: `SQLite, synchronous=${level}; the tasks of a level at once`,
  close: leave,
  async prepare(tasks) {
    const graph = new StateGraph(State);
    for (const { id } of tasks) graph.addNode(id, () => ({ done: 1 }));
    const edges = graph as unknown as { addEdge(from: string | string[], to: string): void };
    for (const { id, needs } of tasks) edges.addEdge(needs.length === 0 ? START : [...needs], id);
    const app = graph.compile({ checkpointer: new SqliteSaver(await enter()) });
    const config = {
      configurable: { thread_id: 'graph' },
      recursionLimit: tasks.length + 1,
      durability: 'sync',
    } as const;
    return async () => {
      const { done } = await app.invoke({ done: 0 }, config);
      if (done !== tasks.length) throw new Error(`${done} of ${tasks.length} tasks ended`);
    };
  },
}));
