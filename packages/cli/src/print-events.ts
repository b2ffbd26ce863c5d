import { Agent } from '@fusion-kit/domain/agent';
import { type EventView, page, TaskView } from '@fusion-kit/domain/api';
import { Run } from '@fusion-kit/domain/run';
import type { Answer, Call } from './call.ts';
import { eventLine } from './output/event-line.ts';
import { everyRow } from './references.ts';
import type { Client } from './server/client.ts';
import type { Connection } from './server/connect.ts';
import { followEvents } from './server/follow.ts';
import { readServerFile } from './server/server-file.ts';

/** Names by id, for events that hold ids only. */
export type Names = Map<string, string>;

const NAMED_MAX = 500;

export async function namesOf(client: Client): Promise<Names> {
  const [agents, tasks, runs] = await Promise.all([
    everyRow(client, '/agents', Agent),
    // Only the latest: older ones are shown by their ids rather than fetched by the thousand.
    client.get('/tasks', page(TaskView), { query: { limit: NAMED_MAX } }),
    client.get('/runs', page(Run), { query: { limit: NAMED_MAX } }),
  ]);
  const names: Names = new Map();
  for (const { id, name } of agents) names.set(id, name);
  for (const { id, node } of tasks.items) names.set(id, node);
  for (const { id, name } of runs.items) names.set(id, name);
  return names;
}

function learn(names: Names, { event }: EventView): void {
  if (event.type === 'agent.spawning') names.set(event.agentId, event.spec.name);
  if (event.type === 'run.started') names.set(event.runId, event.spec.name);
  if (event.type === 'task.created') names.set(event.taskId, event.spec.node);
}

/** Events in their order: one document, or a line each. */
export function eventsAnswer(entries: readonly EventView[], names: Names): Answer {
  return {
    data: { events: entries },
    text: (paint, columns) =>
      entries.length === 0
        ? `${paint.dim('nothing yet')}\n`
        : entries.map((entry) => `${eventLine(entry, { nameOf: (id) => names.get(id), paint, columns })}\n`).join(''),
  };
}

export interface Printing {
  /** What happened already, oldest first. */
  entries: readonly EventView[];
  names: Names;
  keep: (event: EventView['event']) => boolean;
}

/** Prints events until the person has seen enough: lines for people, JSON lines with `--json`. */
export async function followPrinting(
  call: Call,
  connection: Connection,
  { entries, names, keep }: Printing,
): Promise<undefined> {
  const { terminal } = call;
  const print = (entry: EventView): void => {
    learn(names, entry);
    const { paint, columns } = terminal;
    terminal.out(
      call.json
        ? `${JSON.stringify(entry)}\n`
        : `${eventLine(entry, { nameOf: (id) => names.get(id), paint, columns })}\n`,
    );
  };
  for (const entry of entries) print(entry);
  // The head was asked for before the old ones were: what came in between is among them, and nothing is shown twice.
  const after = Math.max(connection.health.lastSeq, entries.at(-1)?.seq ?? 0);
  const locate = () => readServerFile(connection.dataDir);
  for await (const entry of followEvents({ after, locate, signal: call.signal })) {
    if (keep(entry.event)) print(entry);
    else learn(names, entry);
  }
  return undefined;
}
