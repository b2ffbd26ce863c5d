import type { Agent } from '@fusion-kit/domain/agent';
import { getOrMake } from '@fusion-kit/domain/get-or-make';
import type { AgentId, RunId, TaskId } from '@fusion-kit/domain/ids';
import { executorOf } from '@fusion-kit/domain/node';
import { type Claim, claimOf, rank } from '@fusion-kit/domain/schedule';
import { affinityOf } from '@fusion-kit/domain/schedule-affinity';
import { onlyAgentOf, type Task } from '@fusion-kit/domain/task';
import type { World } from '@fusion-kit/domain/world';
import { type Place, Queue } from './queue.ts';

/** Tasks of one run that the same agents suit: a queue of what is anybody's, and one for each claim. */
export interface Kind {
  readonly runId: RunId;
  /** One of them, to ask whether an agent suits. */
  readonly example: Task;
  readonly general: Queue;
  readonly claimed: ReadonlyMap<string, Queue>;
}

interface Standing {
  place: Place;
  kind: Kind & { claimed: Map<string, Queue>; size: number; key: string };
  affinity: string | undefined;
}

interface Group {
  /** In whose queue they stand. */
  agentId: AgentId | undefined;
  readonly tasks: Set<TaskId>;
}

/**
 * Tasks that may start, laid out so that the best one for an agent is found by looking at the ends of a few queues and never past tasks it cannot do.
 * Nothing here is true by itself: it is made from the world at the start and follows it.
 */
export class ReadyQueue {
  readonly #world: World;
  readonly #standing = new Map<TaskId, Standing>();
  readonly #kinds = new Map<RunId, Map<string, Standing['kind']>>();
  /** Those with an affinity that are in nobody's conversation. */
  readonly #groups = new Map<RunId, Map<string, Group>>();
  /** Who is about to be given a task with an affinity. */
  readonly #promised = new Map<RunId, Map<string, AgentId>>();

  constructor(world: World) {
    this.#world = world;
  }

  get isEmpty(): boolean {
    return this.#standing.size === 0;
  }

  /** Puts a task where it belongs now. */
  put(task: Task): void {
    this.remove(task.id);
    const claim = claimOf(this.#world, task);
    const affinity = claim?.kept ? undefined : affinityOf(task);
    if (affinity === undefined) return this.#place(task, claim, undefined);
    this.#regroup(task.runId, affinity);
    const groups = getOrMake(this.#groups, task.runId, () => new Map<string, Group>());
    const agentId = this.#knowing(task.runId, affinity);
    const group = getOrMake(groups, affinity, () => ({ agentId, tasks: new Set<TaskId>() }));
    group.tasks.add(task.id);
    this.#place(task, agentId && { agentId, kept: false }, affinity);
  }

  remove(id: TaskId): void {
    const standing = this.#standing.get(id);
    if (!standing) return;
    this.#leave(id, standing);
    const { kind, affinity } = standing;
    if (affinity === undefined) return;
    const groups = this.#groups.get(kind.runId);
    const group = groups?.get(affinity);
    group?.tasks.delete(id);
    if (group?.tasks.size === 0) groups?.delete(affinity);
  }

  /** A task is about to be given to an agent: what belongs together with it stands in that agent's queue from now on, though the writer has not decided yet. */
  promise(task: Task, agentId: AgentId): void {
    const affinity = affinityOf(task);
    if (affinity === undefined) return;
    getOrMake(this.#promised, task.runId, () => new Map<string, AgentId>()).set(affinity, agentId);
    this.#regroup(task.runId, affinity);
  }

  /** The writer has decided: what belongs together with the task stands where the world has it. */
  settle(task: Task): void {
    const affinity = affinityOf(task);
    if (affinity === undefined) return;
    this.#promised.get(task.runId)?.delete(affinity);
    this.#regroup(task.runId, affinity);
  }

  /** The kinds of task that an agent may be asked for as far as its project and run go. */
  *kindsFor({ projectId, runId }: Agent): Iterable<Kind> {
    if (runId !== undefined) yield* this.#kinds.get(runId)?.values() ?? [];
    else
      for (const kinds of this.#kinds.values())
        for (const kind of kinds.values()) if (kind.example.projectId === projectId) yield kind;
  }

  /** Drops the tasks of a run that has ended. */
  drop(runId: RunId): void {
    for (const [id, { kind }] of this.#standing) if (kind.runId === runId) this.remove(id);
    this.#kinds.delete(runId);
    this.#groups.delete(runId);
    this.#promised.delete(runId);
  }

  #place(task: Task, claim: Claim | undefined, affinity: string | undefined): void {
    const kind = this.#kindOf(task);
    const queue = claim ? getOrMake(kind.claimed, keyOf(claim), () => new Queue(claim)) : kind.general;
    kind.size += 1;
    this.#standing.set(task.id, { place: queue.add(task.id, rank(task)), kind, affinity });
  }

  #leave(id: TaskId, { place, kind }: Standing): void {
    const { queue } = place;
    this.#standing.delete(id);
    queue.remove(place);
    if (queue.claim && queue.size === 0) kind.claimed.delete(keyOf(queue.claim));
    kind.size -= 1;
    if (kind.size === 0) this.#kinds.get(kind.runId)?.delete(kind.key);
  }

  /** Who knows the way in what has an affinity, or will in a moment. */
  #knowing(runId: RunId, affinity: string): AgentId | undefined {
    return this.#promised.get(runId)?.get(affinity) ?? this.#world.warmAgent(runId, affinity);
  }

  /** Moves what belongs together, when another agent knows its way there now. */
  #regroup(runId: RunId, affinity: string): void {
    const group = this.#groups.get(runId)?.get(affinity);
    const agentId = this.#knowing(runId, affinity);
    if (!group || group.agentId === agentId) return;
    group.agentId = agentId;
    for (const id of group.tasks) {
      const standing = this.#standing.get(id);
      const task = this.#world.get('tasks', id);
      if (!standing || !task) continue;
      this.#leave(id, standing);
      this.#place(task, agentId && { agentId, kept: false }, affinity);
    }
  }

  #kindOf(task: Task): Standing['kind'] {
    const kinds = getOrMake(this.#kinds, task.runId, () => new Map<string, Standing['kind']>());
    const wants = task.work.kind === 'agent' ? task.work.wants : undefined;
    const key = JSON.stringify([
      executorOf(task.work),
      onlyAgentOf(task),
      wants?.runtime,
      wants?.provider,
      wants?.model,
      ...task.requires.toSorted(),
    ]);
    return getOrMake(kinds, key, () => ({
      runId: task.runId,
      example: task,
      general: new Queue(),
      claimed: new Map<string, Queue>(),
      size: 0,
      key,
    }));
  }
}

const keyOf = ({ agentId, kept }: Claim): string => `${agentId} ${kept}`;
