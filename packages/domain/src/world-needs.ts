import { getOrMake } from './get-or-make.ts';
import type { TaskId } from './ids.ts';
import { type Accept, isEnded, type Need, type Task, type TaskState } from './task.ts';

/**
 * Who needs whom among the tasks in memory, and which needs of each are not met: kept with every change of a row, so that nobody has to look
 * through the needs of a task to know whether it may start. A need is met when the needed task is in memory and ended in a way that is accepted.
 */
export class NeedIndex {
  readonly #stateOf: (id: TaskId) => TaskState | undefined;
  /** By needed task: who needs it, and which of its ends all of their needs accept. */
  readonly #dependents = new Map<TaskId, Map<TaskId, readonly Accept[]>>();
  readonly #unmet = new Map<TaskId, Set<TaskId>>();

  constructor(stateOf: (id: TaskId) => TaskState | undefined) {
    this.#stateOf = stateOf;
  }

  dependents(id: TaskId): readonly TaskId[] {
    return [...(this.#dependents.get(id)?.keys() ?? [])];
  }

  /** Which ends of a task a dependent accepts; undefined when it does not need it. */
  acceptedBy(dependent: TaskId, needed: TaskId): readonly Accept[] | undefined {
    return this.#dependents.get(needed)?.get(dependent);
  }

  /** Needs of a task in memory that are not met. */
  unmet(id: TaskId): ReadonlySet<TaskId> {
    return this.#unmet.get(id) ?? NONE;
  }

  /** To be told of every change of a task's row, before it is in its table. */
  change(before: Task | undefined, after: Task | undefined): void {
    if (before?.needs !== after?.needs) this.#needsChange(before, after);
    const id = (after ?? before)?.id;
    if (id === undefined || before?.state === after?.state) return;
    for (const [dependent, accepted] of this.#dependents.get(id) ?? []) {
      const isMet = meets(after?.state, accepted);
      if (isMet !== meets(before?.state, accepted)) this.#note(dependent, id, isMet);
    }
  }

  #needsChange(before: Task | undefined, after: Task | undefined): void {
    const kept = before && after && startsWith(after.needs, before.needs) ? before.needs.length : 0;
    if (before && kept === 0) {
      for (const need of before.needs) this.#drop(need.id, before.id);
      this.#unmet.delete(before.id);
    }
    if (after) for (const need of after.needs.slice(kept)) this.#add(need, after.id);
  }

  #add({ id, accept }: Need, dependent: TaskId): void {
    const dependents = getOrMake(this.#dependents, id, () => new Map<TaskId, readonly Accept[]>());
    const twice = dependents.get(dependent);
    const accepted = twice ? twice.filter((each) => accept.includes(each)) : accept;
    dependents.set(dependent, accepted);
    this.#note(dependent, id, meets(this.#stateOf(id), accepted));
  }

  #drop(id: TaskId, dependent: TaskId): void {
    const dependents = this.#dependents.get(id);
    dependents?.delete(dependent);
    if (dependents?.size === 0) this.#dependents.delete(id);
  }

  #note(dependent: TaskId, needed: TaskId, isMet: boolean): void {
    const unmet = this.#unmet.get(dependent);
    if (!isMet) {
      if (unmet) unmet.add(needed);
      else this.#unmet.set(dependent, new Set([needed]));
    } else if (unmet?.delete(needed) && unmet.size === 0) this.#unmet.delete(dependent);
  }
}

const NONE: ReadonlySet<TaskId> = new Set();

/** Whether a task that is in such a state, or not in memory, is what a need waits for. Pure. */
export const meets = (state: TaskState | undefined, accepted: readonly Accept[]): boolean =>
  state !== undefined && isEnded(state) && (accepted as readonly string[]).includes(state);

/** Needs are only ever added at the end, by the events that follow a task's own. */
const startsWith = (longer: readonly Need[], shorter: readonly Need[]): boolean =>
  longer.length >= shorter.length && shorter.every((need, at) => need === longer[at]);
