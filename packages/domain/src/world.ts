import type { Agent } from './agent.ts';
import type { Entry } from './entry.ts';
import { fold, type RowsView } from './fold.ts';
import { getOrMake } from './get-or-make.ts';
import type { AgentId, ProjectId, RunId, TaskId } from './ids.ts';
import type { Message } from './message.ts';
import { type Rows, type RowWrite, type Table, TABLES } from './row.ts';
import { affinityOf } from './schedule-affinity.ts';
import { LimitCounts, type Limits, namedProvider, NO_LIMITS } from './schedule-limits.ts';
import { type Accept, isEnded, isHeld, type Scope, type Task } from './task.ts';
import { NeedIndex } from './world-needs.ts';
import { UnreadIndex } from './world-unread.ts';

type Tables = { [T in Table]: Map<string, Rows[T]> };

/** What holds on this server beside the log. */
export interface WorldOptions {
  limits?: Limits | undefined;
  /** Which provider an agent calls in the end; undefined when it calls none. Default: the one that it names. */
  providerOf?: ((agent: Agent) => string | undefined) | undefined;
}

/**
 * Active state in memory: rows by table, and the indexes that rules ask for, all derived from the rows. One writer changes it; rules only read.
 * Rows that have ended may be forgotten and admitted again.
 */
export class World implements RowsView {
  readonly limits: Limits;
  readonly providerOf: (agent: Agent) => string | undefined;
  /** What the machine is short of for one more agent of a runtime, by runtime, as the scheduler saw it last; only ever shown. */
  readonly shortages = new Map<string, string>();

  readonly #tables = Object.fromEntries(TABLES.map((table) => [table, new Map()])) as Tables;
  readonly #needs = new NeedIndex((id) => this.get('tasks', id)?.state);
  readonly #unread = new UnreadIndex();
  readonly #tasksOf = new Map<RunId, Set<TaskId>>();
  readonly #openOf = new Map<RunId, number>();
  /** Tasks inside a task, by item or round. */
  readonly #children = new Map<TaskId, Map<number, Set<TaskId>>>();
  /** Open tasks inside a task, by item or round. */
  readonly #openInside = new Map<TaskId, Map<number, number>>();
  readonly #heldOf = new Map<RunId, number>();
  readonly #agentsOf = new Map<ProjectId, Set<AgentId>>();
  readonly #atWork = new Set<AgentId>();
  readonly #limitCounts = new LimitCounts();
  /** By run: who worked last on what belongs together, and since when. */
  readonly #warm = new Map<RunId, Map<string, { agentId: AgentId; at: number }>>();

  constructor({ limits = NO_LIMITS, providerOf = namedProvider }: WorldOptions = {}) {
    this.limits = limits;
    this.providerOf = providerOf;
  }

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
    return this.#needs.dependents(id);
  }

  /** Which ends of `needed` a task in memory accepts; undefined when it does not need it. */
  acceptedBy(dependent: TaskId, needed: TaskId): readonly Accept[] | undefined {
    return this.#needs.acceptedBy(dependent, needed);
  }

  /** Needs of a task in memory that have not ended in a way it accepts. */
  unmetNeeds(id: TaskId): ReadonlySet<TaskId> {
    return this.#needs.unmet(id);
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

  /** How many tasks a run has come to have. */
  taskCount(run: RunId): number {
    return this.#tasksOf.get(run)?.size ?? 0;
  }

  /** Tasks that run directly inside this one, ended ones included; of one item or round, when it is named. */
  childrenOf(parent: TaskId, index?: number): readonly TaskId[] {
    const children = this.#children.get(parent);
    if (index !== undefined) return [...(children?.get(index) ?? [])];
    return [...(children?.values() ?? [])].flatMap((inside) => [...inside]);
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

  /** Messages in memory that an agent has not read, in the order they came. */
  *unreadBy(agent: AgentId): Iterable<Message> {
    for (const id of this.#unread.of(agent)) {
      const message = this.get('messages', id);
      if (message) yield message;
    }
  }

  /** Agents that have a task in hand. */
  get atWork(): ReadonlySet<AgentId> {
    return this.#atWork;
  }

  /** Which limit of this server keeps an agent from work; undefined when none does. `more` counts what is about to begin. */
  limitReached(agent: Agent, more?: LimitCounts): string | undefined {
    return this.#limitCounts.reached(this.limits, this.counted(agent), more);
  }

  /** What an agent counts as where limits are asked. */
  counted(agent: Agent): { runtime: string; provider: string | undefined } {
    return { runtime: agent.runtime, provider: this.providerOf(agent) };
  }

  /** The agent that was given a task with this affinity last, in this run; what was taken from another's queue does not count. */
  warmAgent(run: RunId, affinity: string): AgentId | undefined {
    return this.#warm.get(run)?.get(affinity)?.agentId;
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
    if (write.table === 'agents') this.#indexAgent(this.get('agents', write.id), write.row ?? undefined);
    if (write.table === 'messages') this.#unread.change(this.get('messages', write.id), write.row ?? undefined);
    const table = this.#tables[write.table] as Map<string, unknown>;
    if (write.row === null) table.delete(write.id);
    else table.set(write.id, write.row);
  }

  /** Leaves a row out of memory; the journal still has it. */
  forget(table: Table, id: string): void {
    if (table === 'tasks') this.#indexTask(this.get('tasks', id), undefined);
    if (table === 'agents') this.#indexAgent(this.get('agents', id), undefined);
    if (table === 'messages') this.#unread.change(this.get('messages', id), undefined);
    this.#tables[table].delete(id);
  }

  #indexAgent(before: Agent | undefined, after: Agent | undefined): void {
    if (after) getOrMake(this.#agentsOf, after.projectId, () => new Set<AgentId>()).add(after.id);
    else if (before) this.#agentsOf.get(before.projectId)?.delete(before.id);
    if (before?.dispatchId) {
      this.#atWork.delete(before.id);
      this.#limitCounts.add(this.counted(before), -1);
    }
    if (after?.dispatchId) {
      this.#atWork.add(after.id);
      this.#limitCounts.add(this.counted(after), 1);
    }
  }

  #indexTask(before: Task | undefined, after: Task | undefined): void {
    const task = after ?? before;
    if (!task) return;
    const open =
      Number(after !== undefined && !isEnded(after.state)) - Number(before !== undefined && !isEnded(before.state));
    if (open !== 0) {
      add(this.#openOf, task.runId, open);
      if (task.scope) {
        const inside = getOrMake(this.#openInside, task.scope.parent, () => new Map<number, number>());
        add(inside, task.scope.index, open);
        if (inside.size === 0) this.#openInside.delete(task.scope.parent);
      }
    }
    const held = Number(after !== undefined && isAtWork(after)) - Number(before !== undefined && isAtWork(before));
    if (held !== 0) add(this.#heldOf, task.runId, held);
    this.#needs.change(before, after);
    if (after && after.dispatch?.id !== before?.dispatch?.id) this.#indexWarmth(after);
    if (after && !before) {
      getOrMake(this.#tasksOf, task.runId, () => new Set<TaskId>()).add(task.id);
      if (task.scope) this.#indexChild(task.id, task.scope);
    }
    if (after) return;
    const siblings = this.#tasksOf.get(task.runId);
    siblings?.delete(task.id);
    if (task.scope) this.#forgetChild(task.id, task.scope);
    if (siblings?.size === 0) {
      this.#tasksOf.delete(task.runId);
      this.#openOf.delete(task.runId);
      this.#warm.delete(task.runId);
    }
  }

  #indexChild(id: TaskId, { parent, index }: Scope): void {
    const children = getOrMake(this.#children, parent, () => new Map<number, Set<TaskId>>());
    getOrMake(children, index, () => new Set<TaskId>()).add(id);
  }

  #forgetChild(id: TaskId, { parent, index }: Scope): void {
    const children = this.#children.get(parent);
    const inside = children?.get(index);
    inside?.delete(id);
    if (inside?.size === 0) children?.delete(index);
    if (children?.size === 0) this.#children.delete(parent);
  }

  #indexWarmth(task: Task): void {
    const { dispatch } = task;
    const affinity = dispatch && !dispatch.stolenFrom ? affinityOf(task) : undefined;
    if (!dispatch || affinity === undefined) return;
    const warm = getOrMake(this.#warm, task.runId, () => new Map<string, { agentId: AgentId; at: number }>());
    if ((warm.get(affinity)?.at ?? 0) <= dispatch.assignedAt)
      warm.set(affinity, { agentId: dispatch.agentId, at: dispatch.assignedAt });
  }
}

/** Whether an agent has it in hand: one that is landing has left its hands. */
const isAtWork = (task: Task): boolean => isHeld(task) && task.phase !== 'landing';

/** Adds to a count, which is left out while it is nothing. */
function add<Key>(counts: Map<Key, number>, key: Key, change: number): void {
  const next = (counts.get(key) ?? 0) + change;
  if (next === 0) counts.delete(key);
  else counts.set(key, next);
}
