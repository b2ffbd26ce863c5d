import type { Entry } from './entry.ts';
import { evolveAgent } from './evolve/agent.ts';
import { evolveMessage } from './evolve/message.ts';
import { evolveProject, evolveWorkflow } from './evolve/project.ts';
import { evolveRun } from './evolve/run.ts';
import { evolveTask } from './evolve/task.ts';
import type { Reservation } from './reservation.ts';
import type { Rows, RowWrite, Table } from './row.ts';

/** Where the fold finds the rows as they are: a map in memory, a page's state, a database. */
export interface RowsView {
  get<T extends Table>(table: T, id: string): Rows[T] | undefined;
}

type Evolve<T extends Table> = (row: Rows[T] | undefined, entry: Entry) => Rows[T] | undefined;

const EVOLVE: { [T in Exclude<Table, 'keys'>]: Evolve<T> } = {
  projects: evolveProject,
  agents: evolveAgent,
  workflows: evolveWorkflow,
  runs: evolveRun,
  tasks: evolveTask,
  messages: evolveMessage,
  reservations: evolveReservation,
};

function evolveReservation(held: Reservation | undefined, { at, event }: Entry): Reservation | undefined {
  if (event.type !== 'budget.reserved') return event.type === 'model.called' ? undefined : held;
  const { type: _type, v: _v, reservationId, ...rest } = event;
  return { id: reservationId, ...rest, at };
}

/** The rows an event may change, by table. Pure. */
export function touched(event: Entry['event']): { table: keyof typeof EVOLVE; id: string }[] {
  const noun = event.type.slice(0, event.type.indexOf('.'));
  const task = () => ('taskId' in event && event.taskId ? [{ table: 'tasks' as const, id: event.taskId }] : []);
  const agent = () => ('agentId' in event && event.agentId ? [{ table: 'agents' as const, id: event.agentId }] : []);
  switch (noun) {
    case 'project':
      return 'projectId' in event ? [{ table: 'projects', id: event.projectId }] : [];
    case 'agent':
      return agent();
    case 'workflow':
      return 'workflowId' in event ? [{ table: 'workflows', id: event.workflowId }] : [];
    case 'run':
      return 'runId' in event && event.runId ? [{ table: 'runs', id: event.runId }] : [];
    case 'task':
      return [
        ...task(),
        ...agent(),
        ...(event.type === 'task.completed' && event.landed ? [{ table: 'runs' as const, id: event.runId }] : []),
      ];
    case 'question':
      return task();
    case 'message':
      return 'messageId' in event ? [{ table: 'messages', id: event.messageId }] : [];
    case 'budget':
      return event.type === 'budget.reserved' ? [{ table: 'reservations', id: event.reservationId }] : [];
    case 'model':
    case 'usage':
      return event.type === 'model.called' || event.type === 'usage.reported'
        ? [
            ...(event.type === 'model.called' ? [{ table: 'reservations' as const, id: event.reservationId }] : []),
            ...agent(),
            ...task(),
            { table: 'runs', id: event.runId },
            { table: 'projects', id: event.projectId },
          ]
        : [];
    default:
      return []; // conversation and server events change no row
  }
}

/**
 * What an entry changes. Engine, dashboard, rebuild and replay all fold by this one function, so they cannot disagree. Pure.
 * @throws {FusionError} `move_refused` when a table of moves does not allow the event
 */
export function fold(rows: RowsView, entry: Entry): RowWrite[] {
  const writes: RowWrite[] = [];
  for (const { table, id } of touched(entry.event)) {
    const before = rows.get(table, id);
    const after = (EVOLVE[table] as Evolve<Table>)(before, entry) ?? null;
    if (after !== (before ?? null)) writes.push({ table, id, row: after } as RowWrite);
  }
  if (entry.keyed) {
    writes.push({ table: 'keys', id: entry.keyed.key, row: { ...entry.keyed, id: entry.keyed.key, seq: entry.seq } });
  }
  return writes;
}
