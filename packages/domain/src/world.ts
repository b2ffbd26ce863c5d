import type { Entry } from './entry.ts';
import { fold, type RowsView } from './fold.ts';
import type { AgentId, ProjectId, RunId, TaskId } from './ids.ts';
import { type Rows, type RowWrite, type Table, TABLES } from './row.ts';
import { isEnded, isHeld, type Task } from './task.ts';

type Tables = { [T in Table]: Map<string, Rows[T]> };

/**
 * Active state in memory: rows by table, and the indexes that rules ask for, all derived from the rows. One writer changes it; rules only read.
 * Rows that have ended may be forgotten and admitted again.
 */
export class World implements RowsView {
  readonly #tables = Object.fromEntries(TABLES.map((table) => [table, new Map()])) as Tables;
  readonly #dependents = new Map<TaskId, Set<TaskId>>();
  readonly #tasksOf = new Map<RunId, Set<TaskId>>();
  readonly #openOf = new Map<RunId, number>();
  readonly #children = new Map<TaskId, Set<TaskId>>();
  /** Open tasks inside a task, by item or round. */
  readonly #openInside = new Map<TaskId, Map<number, number>>();
  readonly #heldOf = new Map<RunId, number>();
  readonly #agentsOf = new Map<ProjectId, Set<AgentId>>();

  get<T extends Table>(table: T, id: string): Rows[T] | undefined {
    return this.#tables[table].get(id);
  }

  all<T extends Table>(table: T): Iterable<Rows[T]> {
    return this.#tables[table].values();
  }

  count(table: Table): number {
    return this.#tables[table].size;
  }

  /** Tasks in memory that name this one among their needs, whether it is there itself or not. */
  dependents(id: TaskId): readonly TaskId[] {
    return [...(this.#dependents.get(id) ?? [])];
  }

  *tasksOf(run: RunId): Iterable<Task> {
    for (const id of this.#tasksOf.get(run) ?? []) {
      const task = this.get('tasks', id);
      if (task) yield task;
    }
  }

  /** How many tasks of a run have not ended. */
  openTasks(run: RunId): number {
    return this.#openOf.get(run) ?? 0;
  }

  /** How many tasks of a run are in the hands of agents. */
  heldTasks(run: RunId): number {
    return this.#heldOf.get(run) ?? 0;
  }

  /** Tasks that run directly inside this one, ended ones included. */
  childrenOf(parent: TaskId): readonly TaskId[] {
    return [...(this.#children.get(parent) ?? [])];
  }

  /** How many tasks directly inside this one have not ended; of one item or round, when it is named. */
  openChildren(parent: TaskId, index?: number): number {
    const open = this.#openInside.get(parent);
    if (index !== undefined) return open?.get(index) ?? 0;
    return [...(open?.values() ?? [])].reduce((sum, count) => sum + count, 0);
  }

  /** Items or rounds inside a task that have not ended. */
  openItems(parent: TaskId): number {
    return this.#openInside.get(parent)?.size ?? 0;
  }

  *agentsOf(project: ProjectId): Iterable<Rows['agents']> {
    for (const id of this.#agentsOf.get(project) ?? []) {
      const agent = this.get('agents', id);
      if (agent && agent.state !== 'terminated') yield agent;
    }
  }

  /** Folds an entry in and returns what it changed. */
  apply(entry: Entry): RowWrite[] {
    const writes = fold(this, entry);
    for (const write of writes) this.admit(write);
    return writes;
  }

  /** Puts a row as it is: read back from the journal, or just folded. */
  admit(write: RowWrite): void {
    if (write.table === 'tasks') this.#indexTask(this.get('tasks', write.id), write.row ?? undefined);
    if (write.table === 'agents' && write.row)
      entryOf(this.#agentsOf, write.row.projectId, () => new Set()).add(write.row.id);
    const table = this.#tables[write.table] as Map<string, unknown>;
    if (write.row === null) table.delete(write.id);
    else table.set(write.id, write.row);
  }

  /** Leaves a row out of memory; the journal still has it. */
  forget(table: Table, id: string): void {
    if (table === 'tasks') this.#indexTask(this.get('tasks', id), undefined);
    const agent = table === 'agents' && this.get('agents', id);
    if (agent) this.#agentsOf.get(agent.projectId)?.delete(agent.id);
    this.#tables[table].delete(id);
  }

  #indexTask(before: Task | undefined, after: Task | undefined): void {
    const task = after ?? before;
    if (!task) return;
    const open =
      Number(after !== undefined && !isEnded(after.state)) - Number(before !== undefined && !isEnded(before.state));
    if (open !== 0) {
      add(this.#openOf, task.runId, open);
      if (task.scope) {
        const inside = entryOf(this.#openInside, task.scope.parent, () => new Map<number, number>());
        add(inside, task.scope.index, open);
        if (inside.size === 0) this.#openInside.delete(task.scope.parent);
      }
    }
    const held = Number(after !== undefined && isAtWork(after)) - Number(before !== undefined && isAtWork(before));
    if (held !== 0) add(this.#heldOf, task.runId, held);
    if (after && before?.needs !== after.needs) {
      entryOf(this.#tasksOf, task.runId, () => new Set<TaskId>()).add(task.id);
      if (task.scope) entryOf(this.#children, task.scope.parent, () => new Set<TaskId>()).add(task.id);
      for (const need of task.needs) entryOf(this.#dependents, need.id, () => new Set<TaskId>()).add(task.id);
    }
    if (after) return;
    const siblings = this.#tasksOf.get(task.runId);
    siblings?.delete(task.id);
    const inside = task.scope && this.#children.get(task.scope.parent);
    inside?.delete(task.id);
    if (task.scope && inside?.size === 0) this.#children.delete(task.scope.parent);
    for (const need of task.needs) {
      const waiting = this.#dependents.get(need.id);
      waiting?.delete(task.id);
      if (waiting?.size === 0) this.#dependents.delete(need.id);
    }
    if (siblings?.size === 0) {
      this.#tasksOf.delete(task.runId);
      this.#openOf.delete(task.runId);
    }
  }
}

function entryOf<Key, Value>(map: Map<Key, Value>, key: Key, make: () => Value): Value {
  const found = map.get(key);
  if (found !== undefined) return found;
  const made = make();
  map.set(key, made);
  return made;
}

/** Whether an agent has it in hand: one that is landing has left its hands. */
const isAtWork = (task: Task): boolean => isHeld(task) && task.phase !== 'landing';

/** Adds to a count, which is left out while it is nothing. */
function add<Key>(counts: Map<Key, number>, key: Key, change: number): void {
  const next = (counts.get(key) ?? 0) + change;
  if (next === 0) counts.delete(key);
  else counts.set(key, next);
}
