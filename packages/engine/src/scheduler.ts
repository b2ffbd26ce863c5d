import type { Agent } from '@fusion-kit/domain/agent';
import type { Entry } from '@fusion-kit/domain/entry';
import { asFusionError } from '@fusion-kit/domain/errors';
import type { AgentId, NewId, TaskId } from '@fusion-kit/domain/ids';
import { keptFor, needsMet, rank, suits } from '@fusion-kit/domain/schedule';
import type { Task } from '@fusion-kit/domain/task';
import type { World } from '@fusion-kit/domain/world';
import type { Follower } from './follower.ts';
import { type Lane, ReadyQueue } from './ready-queue.ts';
import type { Writer } from './writer.ts';

/** Longest a timer may sleep, in milliseconds (the platform's limit is 2^31 - 1). */
const SLEEP_MAX_MS = 2_000_000_000;

export interface SchedulerOptions {
  world: World;
  writer: Writer;
  newId: NewId;
  clock: () => number;
}

/**
 * Gives ready tasks to idle agents. It keeps only an order of what may start; the writer decides each assignment anew and is the one launch authority.
 * It sees decisions before they are durable, which halves the time from one task to the next; the dispatcher acts on them only when they are.
 */
export class Scheduler implements Follower {
  readonly #options: SchedulerOptions;
  readonly #ready = new ReadyQueue();
  /** Agents and tasks whose assignment is on its way to the writer. */
  readonly #asked = new Set<AgentId | TaskId>();
  readonly #timers = new Map<TaskId, NodeJS.Timeout>();
  /** Tasks that wait for the paused agent whose conversation they are in. */
  #kept: TaskId[] = [];
  #stopped = false;

  constructor(options: SchedulerOptions) {
    this.#options = options;
  }

  /** Takes up what was waiting when the server started. */
  start(): void {
    for (const task of this.#options.world.all('tasks')) if (task.state === 'queued') this.#consider(task);
    this.#match();
  }

  see(entries: readonly Entry[]): void {
    const { world } = this.#options;
    let agentsChanged = false;
    for (const { event } of entries) {
      agentsChanged ||= event.type.startsWith('agent.');
      if (event.type === 'run.completed' || event.type === 'run.failed' || event.type === 'run.cancelled')
        this.#ready.drop(event.runId);
      if (!event.type.startsWith('task.') || !('taskId' in event) || !event.taskId) continue;
      const task = world.get('tasks', event.taskId);
      if (event.type === 'task.created' || event.type === 'task.requeued' || event.type === 'task.reprioritized')
        this.#consider(task);
      else if (event.type !== 'task.needs_added' && event.type !== 'task.assigned' && event.type !== 'task.started') {
        for (const id of world.dependents(event.taskId)) this.#consider(world.get('tasks', id));
      }
    }
    if (agentsChanged) for (const id of this.#kept.splice(0)) this.#consider(world.get('tasks', id));
    this.#match();
  }

  stop(): void {
    this.#stopped = true;
    for (const timer of this.#timers.values()) clearTimeout(timer);
    this.#timers.clear();
  }

  #consider(task: Task | undefined): void {
    const { world, clock } = this.#options;
    if (this.#stopped || !task || task.state !== 'queued' || !needsMet(world, task)) return;
    const waitMs = (task.notBefore ?? 0) - clock();
    if (waitMs <= 0) return this.#ready.add(task);
    clearTimeout(this.#timers.get(task.id));
    const wake = () => {
      this.#timers.delete(task.id);
      this.#consider(world.get('tasks', task.id));
      this.#match();
    };
    this.#timers.set(task.id, setTimeout(wake, Math.min(waitMs, SLEEP_MAX_MS)));
  }

  #match(): void {
    if (this.#stopped) return;
    const { world } = this.#options;
    for (const project of world.all('projects')) {
      for (const agent of world.agentsOf(project.id)) {
        while (agent.state === 'idle' && !this.#asked.has(agent.id)) {
          const task = this.#take(agent);
          if (!task) break;
          const kept = keptFor(world, task);
          if (kept?.state === 'paused') this.#kept.push(task.id);
          else this.#assign(task, kept && !this.#asked.has(kept.id) ? kept : agent);
        }
      }
    }
  }

  /** The best task this agent may do, taken out of its lane. */
  #take(agent: Agent): Task | undefined {
    let best: { task: Task; lane: Lane; rank: number } | undefined;
    for (const lane of this.#ready.lanes) {
      const task = this.#head(lane, agent);
      const place = lane.queue.peek();
      if (task && place && (!best || place.rank < best.rank)) best = { task, lane, rank: place.rank };
    }
    best?.lane.queue.pop();
    return best?.task;
  }

  /** The first task of a lane that really waits, if the agent suits it. Places that are out of date are dropped on the way. */
  #head(lane: Lane, agent: Agent): Task | undefined {
    const { world } = this.#options;
    if (world.get('runs', lane.runId)?.state !== 'running') return undefined;
    for (let place = lane.queue.peek(); place; place = lane.queue.peek()) {
      const task = world.get('tasks', place.id);
      if (task?.state === 'queued' && rank(task) === place.rank && !this.#asked.has(task.id))
        return suits(agent, task) ? task : undefined;
      lane.queue.pop();
    }
    return undefined;
  }

  #assign(task: Task, agent: Agent): void {
    const { writer, newId, world } = this.#options;
    this.#asked.add(task.id).add(agent.id);
    const done = () => {
      this.#asked.delete(task.id);
      this.#asked.delete(agent.id);
      this.#consider(world.get('tasks', task.id));
      // What changed meanwhile was seen while both were still asked for, so nothing else may wake us.
      if (world.get('agents', agent.id)?.state === 'idle' || world.get('tasks', task.id)?.state === 'queued')
        this.#match();
    };
    const command = { type: 'task.assign', taskId: task.id, agentId: agent.id, dispatchId: newId('dsp') } as const;
    writer.submit(command).then(done, (thrown: unknown) => {
      if (asFusionError(thrown).code === 'journal_failed') this.stop();
      else done(); // something changed meanwhile
    });
  }
}
