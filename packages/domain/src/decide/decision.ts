import type { Command, CommandOf, CommandType } from '../command.ts';
import { type ErrorCode, FusionError } from '../errors.ts';
import type { Event } from '../event.ts';
import type { Rows, Table } from '../row.ts';
import type { World } from '../world.ts';

/** Answers one kind of command: the events it leads to, or a FusionError thrown as its refusal. Pure. */
export type Rule<C extends Command> = (world: World, command: C, at: number) => Event[];
/** One rule for each command of a noun. */
export type Rules<Type extends CommandType> = { [T in Type]: Rule<CommandOf<T>> };

const UNKNOWN = {
  projects: 'project_unknown',
  agents: 'agent_unknown',
  tasks: 'task_unknown',
  runs: 'run_unknown',
  workflows: 'workflow_unknown',
  messages: 'message_unknown',
} as const satisfies Partial<Record<Table, ErrorCode>>;

/** The row a command names. @throws {FusionError} `…_unknown` */
export function known<T extends keyof typeof UNKNOWN>(world: World, table: T, id: string): Rows[T] {
  const row = world.get(table, id);
  if (!row) throw new FusionError(UNKNOWN[table], `there is no ${table.slice(0, -1)} ${id}`);
  return row;
}
