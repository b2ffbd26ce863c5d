import type { Agent } from './agent.ts';
import type { KeyedReply } from './entry.ts';
import { isOpen, type Message } from './message.ts';
import type { Project } from './project.ts';
import type { Reservation } from './reservation.ts';
import type { Run } from './run.ts';
import type { Task } from './task.ts';
import type { Workflow } from './workflow.ts';

/** Everything that is folded from the log, by table. */
export interface Rows {
  projects: Project;
  agents: Agent;
  workflows: Workflow;
  runs: Run;
  tasks: Task;
  messages: Message;
  reservations: Reservation;
  keys: KeyedReply & { id: string; seq: number };
}
export type Table = keyof Rows;
export const TABLES = [
  'projects',
  'agents',
  'workflows',
  'runs',
  'tasks',
  'messages',
  'reservations',
  'keys',
] as const satisfies readonly Table[];

/** A row to write, or to delete when it is null. */
export type RowWrite = { [T in Table]: { table: T; id: string; row: Rows[T] | null } }[Table];

/** What lists are filtered by. Every store keeps these beside the row. */
export interface RowFilter {
  projectId?: string;
  runId?: string;
  agentId?: string;
  state?: string;
}

type Filterable = { readonly [Field in keyof RowFilter]?: unknown } & { id: string };

/** The filterable fields of a row. Pure. */
export function filterOf(write: RowWrite): RowFilter {
  if (write.row === null) return {};
  const { projectId, runId, agentId, state }: Filterable = write.row;
  const filter: RowFilter = {};
  if (typeof projectId === 'string') filter.projectId = projectId;
  if (typeof runId === 'string') filter.runId = runId;
  if (typeof agentId === 'string') filter.agentId = agentId;
  if (typeof state === 'string') filter.state = state;
  if (write.table === 'tasks') filter.agentId = write.row.dispatch?.agentId ?? write.row.lastAgentId ?? '';
  if (write.table === 'runs') filter.runId = write.id;
  if (write.table === 'messages') filter.state = isOpen(write.row) ? 'open' : 'closed';
  return filter;
}
