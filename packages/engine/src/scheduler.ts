import type { Agent } from '@fusion-kit/domain/agent';
import type { Entry } from '@fusion-kit/domain/entry';
import { asFusionError } from '@fusion-kit/domain/errors';
import type { AgentId, NewId, TaskId } from '@fusion-kit/domain/ids';
import type { Admission } from '@fusion-kit/domain/ports/admission';
import { needsMet, runIsFull } from '@fusion-kit/domain/schedule';
import { isEnded, isOfHouse, type Task } from '@fusion-kit/domain/task';
import type { World } from '@fusion-kit/domain/world';
import { Alarms } from './alarm.ts';
import type { Follower } from './follower.ts';
import { Asked } from './scheduling/asked.ts';
import { type Choice, choose, type Choosing, steal } from './scheduling/choose.ts';
import { ReadyQueue } from './scheduling/ready-queue.ts';
import type { Writer } from './writer.ts';

/** How soon the machine is asked again when it had no room. */
const ADMISSION_AGAIN_MS = 2_000;

export interface SchedulerOptions {
  world: World;
  writer: Writer;
  newId: NewId;
  clock: () => number;
  /** Whether the machine has room; without it there always is. */
  admission?: Admission | undefined;
  /** Whether agents with nothing else to do take from the queues of others. Default true; a benchmark shows what it gains. */
  stealing?: boolean;
}

/**
 * Gives ready tasks to idle agents. It keeps only an order of what may start; the writer decides each assignment anew and is the one launch authority.
 * It sees decisions before they are durable, which halves the time from one task to the next; the dispatcher acts on them only when they are.
 */
export class Scheduler implements Follower {
  readonly #options: SchedulerOptions;
  readonly #ready: ReadyQueue;
  readonly #asked: Asked;
  readonly #idle = new Set<AgentId>();
  /** For what waits before its next attempt. */
  readonly #alarms: Alarms<TaskId>;
  #again: NodeJS.Timeout | undefined;
  #stopped = false;

  constructor(options: SchedulerOptions) {
    this.#options = options;
    this.#ready = new ReadyQueue(options.world);
    this.#asked = new Asked(options.world);
    this.#alarms = new Alarms(options.clock);
  }

  /** Takes up what was waiting when the server started. */
  start(): void {
    const { world } = this.#options;
    for (const task of world.all('tasks')) this.#consider(task);
    for (const agent of world.all('agents')) this.#note(agent.id);
    this.#match();
  }

  see(entries: readonly Entry[]): void {
    const { world } = this.#options;
    for (const { event } of entries) {
      if ('agentId' in event && event.agentId) this.#note(event.agentId);
      if (event.type === 'run.completed' || event.type === 'run.failed' || event.type === 'run.cancelled')
        this.#ready.drop(event.runId);
      if (!event.type.startsWith('task.') || !('taskId' in event) || !event.taskId) continue;
      const task = world.get('tasks', event.taskId);
      this.#consider(task, event.taskId);
      if (event.type === 'task.assigned') this.#asked.decided(event.taskId);
      if (event.type === 'task.assigned' && task) this.#ready.settle(task);
      if (!task || isEnded(task.state))
        for (const id of world.dependents(event.taskId)) this.#consider(world.get('tasks', id));
    }
    this.#match();
  }

  stop(): void {
    this.#stopped = true;
    clearTimeout(this.#again);
    this.#alarms.stop();
  }

  #note(id: AgentId): void {
    if (this.#options.world.get('agents', id)?.state === 'idle') this.#idle.add(id);
    else this.#idle.delete(id);
  }

  /** Lets a task stand in its queue if it may start, and nowhere if it may not. */
  #consider(task: Task | undefined, id = task?.id): void {
    const { world, clock } = this.#options;
    if (id === undefined || this.#stopped) return;
    if (!task || !mayStart(world, task)) {
      this.#ready.remove(id);
      this.#alarms.clear(id);
      return;
    }
    const { notBefore = 0 } = task;
    if (notBefore <= clock()) return this.#asked.hasTask(id) ? undefined : this.#ready.put(task);
    this.#alarms.set(id, notBefore, () => {
      this.#consider(world.get('tasks', id));
      this.#match();
    });
  }

  /** First everybody takes what is theirs or nobody's; then those who still have nothing take from others. */
  #match(): void {
    if (this.#stopped) return;
    clearTimeout(this.#again);
    this.#again = undefined;
    this.#options.world.shortages.clear();
    const choosing: Choosing = {
      world: this.#options.world,
      ready: this.#ready,
      isOpen: ({ runId, example }) =>
        this.#options.world.get('runs', runId)?.state === 'running' &&
        !runIsFull(this.#options.world, example, this.#asked.ofRun(runId)),
      isFree: (agent) => this.#isFree(agent),
    };
    for (const find of this.#options.stealing === false ? [choose] : [choose, steal]) {
      for (const id of this.#idle) {
        if (this.#ready.isEmpty) return;
        const agent = this.#options.world.get('agents', id);
        if (agent && this.#isFree(agent)) this.#serve(agent, find(agent, choosing));
      }
    }
  }

  #isFree(agent: Agent): boolean {
    return agent.state === 'idle' && !this.#asked.hasAgent(agent.id);
  }

  #serve(agent: Agent, choice: Choice | undefined): void {
    const { world } = this.#options;
    const task = choice && world.get('tasks', choice.taskId);
    if (!task || world.limitReached(agent, this.#asked.counts) || !this.#isAdmitted(agent)) return;
    this.#assign(task, agent, choice.stolenFrom);
  }

  /** Asks once for agents of a kind; what the machine lacks for one of them it lacks for all. */
  #isAdmitted(agent: Agent): boolean {
    const { world, admission } = this.#options;
    if (!admission) return true;
    if (world.shortages.has(agent.runtime)) return false;
    const atWork = [...world.atWork].flatMap((id) => world.get('agents', id) ?? []);
    const shortage = admission.admit(agent, [...atWork, ...this.#asked.agents]);
    if (shortage === undefined) return true;
    world.shortages.set(agent.runtime, shortage);
    this.#again ??= setTimeout(() => this.#match(), ADMISSION_AGAIN_MS);
    return false;
  }

  #assign(task: Task, agent: Agent, stolenFrom: AgentId | undefined): void {
    const { writer, newId, world } = this.#options;
    this.#asked.add(task, agent);
    this.#ready.remove(task.id);
    if (!stolenFrom) this.#ready.promise(task, agent.id);
    const done = () => {
      this.#asked.delete(task.id);
      this.#ready.settle(task);
      this.#consider(world.get('tasks', task.id));
      // What changed meanwhile was seen while both were still asked for, so nothing else may wake us.
      if (world.get('agents', agent.id)?.state === 'idle' || world.get('tasks', task.id)?.state === 'queued')
        this.#match();
    };
    const command = {
      type: 'task.assign',
      taskId: task.id,
      agentId: agent.id,
      dispatchId: newId('dsp'),
      ...(stolenFrom && { stolenFrom }),
    } as const;
    writer.submit(command).then(done, (thrown: unknown) => {
      if (asFusionError(thrown).code === 'journal_failed') this.stop();
      else done(); // something changed meanwhile
    });
  }
}

/** Whether a task could be given to an agent now, as far as it goes itself. */
const mayStart = (world: World, task: Task): boolean =>
  task.state === 'queued' &&
  !isOfHouse(task) &&
  (task.when === undefined || task.admitted === true) &&
  needsMet(world, task);
