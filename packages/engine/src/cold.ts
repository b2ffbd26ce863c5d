import type { RunId } from '@fusion-kit/domain/ids';
import { isOpen } from '@fusion-kit/domain/message';
import type { Journal } from '@fusion-kit/domain/ports/journal';
import { type RowWrite, type Table, TABLES } from '@fusion-kit/domain/row';
import { runEnded } from '@fusion-kit/domain/run';
import type { World } from '@fusion-kit/domain/world';

interface Named {
  table: Table;
  id: string;
}

/** Moves rows between the journal and memory: what a command names is read in before it is decided, what has ended leaves after its commit. */
export class Cold {
  readonly #journal: Journal;
  readonly #world: World;
  /** By their rows. */
  readonly #held = new Map<object, RowWrite>();

  constructor(journal: Journal, world: World) {
    this.#journal = journal;
    this.#world = world;
  }

  /**
   * The named rows: those in memory as they are, since a commit may let them go while the others are read, and those that are not from the journal. A row that
   * is in no batch on its way is as the journal has it.
   */
  async read(named: readonly Named[]): Promise<RowWrite[]> {
    const present: RowWrite[] = [];
    const missing: Named[] = [];
    for (const { table, id } of named) {
      const row = this.#world.get(table, id);
      if (row) present.push({ table, id, row } as RowWrite);
      else missing.push({ table, id });
    }
    if (missing.length === 0) return present;
    const pages = TABLES.flatMap((table) => {
      const ids = [...new Set(missing.filter((each) => each.table === table).map((each) => each.id))];
      return ids.length === 0 ? [] : [this.#page(table, ids)];
    });
    return [...present, ...(await Promise.all(pages)).flat()];
  }

  /** Rows that are decided and not yet durable: they stay, and so does what belongs to them. */
  hold(writes: readonly RowWrite[]): void {
    for (const write of writes) if (write.row) this.#held.set(write.row, write);
  }

  /** Forgets those of the rows that have ended and that nothing has changed since they were written. */
  release(writes: readonly RowWrite[]): void {
    for (const { row } of writes) if (row) this.#held.delete(row);
    const runs = new Set<RunId>();
    for (const write of writes) {
      if (write.row === null || this.#world.get(write.table, write.id) !== write.row) continue;
      const runId = runOf(write);
      if (runId) runs.add(runId);
      if (this.#hasEnded(write)) this.#world.forget(write.table, write.id);
    }
    for (const id of runs) this.#releaseRun(id);
  }

  /** A run leaves with all its tasks, when the last of them has ended too: a cancelled run may still have one that lands. */
  #releaseRun(id: RunId): void {
    const run = this.#world.get('runs', id);
    if (!run || !runEnded(run.state) || this.#world.openTasks(id) > 0) return;
    for (const write of this.#held.values()) if (runOf(write) === id) return; // its own commit will ask again
    for (const task of this.#world.tasksOf(id)) this.#world.forget('tasks', task.id);
    this.#world.forget('runs', id);
  }

  #hasEnded(write: RowWrite): boolean {
    switch (write.table) {
      case 'keys':
        return true;
      case 'agents':
        return write.row?.state === 'terminated';
      case 'tasks':
        return write.row !== null && !this.#world.get('runs', write.row.runId);
      case 'messages':
        return write.row !== null && !isOpen(write.row);
      case 'projects':
      case 'runs':
      case 'workflows':
      case 'reservations':
        return false;
    }
  }

  async #page(table: Table, ids: readonly string[]): Promise<RowWrite[]> {
    const rows = await this.#journal.find({ table, ids, limit: ids.length });
    return rows.map((row) => ({ table, id: row.id, row }) as RowWrite);
  }
}

/** The run that a row is of, or is. */
const runOf = ({ table, row }: RowWrite): RunId | undefined =>
  table === 'tasks' ? row?.runId : table === 'runs' ? row?.id : undefined;
