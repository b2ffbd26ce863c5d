import type { Command } from '@fusion-kit/domain/command';
import type { Entry } from '@fusion-kit/domain/entry';
import { asFusionError, type ErrorCode, failure, type FusionError } from '@fusion-kit/domain/errors';
import type { Event } from '@fusion-kit/domain/event';
import type { NewId, TaskId } from '@fusion-kit/domain/ids';
import type { Blobs } from '@fusion-kit/domain/ports/blobs';
import type { Task } from '@fusion-kit/domain/task';
import type { World } from '@fusion-kit/domain/world';
import { Alarms } from '../alarm.ts';
import type { Casts } from '../again/casts.ts';
import type { Follower } from '../follower.ts';
import type { Writer } from '../writer.ts';
import { Bodies } from './bodies.ts';
import { MapItems } from './map-items.ts';
import { concernsHouse, endsAt, isUp, nextStep } from './step.ts';
import type { StepOptions } from './step-options.ts';

export interface ControllerOptions {
  world: World;
  writer: Writer;
  blobs: Blobs;
  newId: NewId;
  clock: () => number;
  casts: Pick<Casts, 'bound'>;
  /** Where problems go that no task can show. */
  log: (line: string) => void;
}

/** Steps that are thought about at a time: each may hold the texts it looks at. */
const THINKING_MAX = 16;
/** The wait before a step that the disk refused is tried again. */
const DISK_PAUSE_MS = 2_000;

/**
 * Carries out what the house does itself: asks conditions, opens approvals, and begins and ends what runs inside maps, loops and sub-workflows. What happened only tells
 * it where to look; what is to be done is found anew each time, and its commands can be told twice, so nothing is lost or doubled by a kill at any moment.
 */
export class Controller implements Follower {
  readonly #options: ControllerOptions;
  readonly #steps: StepOptions;
  readonly #alarms: Alarms<TaskId>;
  /** Tasks to look at, in the order they came up. */
  readonly #due = new Set<TaskId>();
  /** Tasks that are thought about, or whose command is on its way to the writer. */
  readonly #busy = new Set<TaskId>();
  #thinking = 0;
  #stopped = false;

  constructor(options: ControllerOptions) {
    const { world, blobs, newId, clock } = options;
    this.#options = options;
    this.#steps = { world, blobs, newId, clock, bodies: new Bodies(blobs), items: new MapItems() };
    this.#alarms = new Alarms(clock);
  }

  /** Takes up what was waiting or under way when the server started. */
  start(): void {
    for (const task of this.#options.world.all('tasks')) this.#look(task);
    this.#go();
  }

  see(entries: readonly Entry[]): void {
    for (const { event } of entries) this.#follow(event);
    this.#go();
  }

  stop(): void {
    this.#stopped = true;
    this.#alarms.stop();
    this.#due.clear();
  }

  #follow(event: Event): void {
    const { world } = this.#options;
    switch (event.type) {
      case 'run.resumed':
        for (const task of world.tasksOf(event.runId)) this.#look(task);
        break;
      case 'task.created':
      case 'task.admitted':
      case 'task.opened':
        this.#look(world.get('tasks', event.taskId));
        break;
      case 'task.completed':
      case 'task.inherited':
      case 'task.failed':
      case 'task.cancelled':
      case 'task.skipped': {
        this.#alarms.clear(event.taskId);
        this.#steps.items.forget(event.taskId);
        for (const id of world.dependents(event.taskId)) this.#look(world.get('tasks', id));
        const around = world.get('tasks', event.taskId)?.scope?.parent;
        if (around) this.#look(world.get('tasks', around));
        break;
      }
      default: // nothing that the house does waits for it
    }
  }

  #look(task: Task | undefined): void {
    if (task && concernsHouse(task) && isUp(this.#options.world, task)) this.#due.add(task.id);
  }

  #go(): void {
    for (const id of this.#due) {
      if (this.#thinking >= THINKING_MAX || this.#stopped) return;
      if (this.#busy.has(id)) continue;
      this.#due.delete(id);
      this.#busy.add(id);
      void this.#step(id).finally(() => {
        this.#busy.delete(id);
        this.#go();
      });
    }
  }

  async #step(id: TaskId): Promise<void> {
    const command = await this.#think(id);
    if (command && !this.#stopped) await this.#tell(id, command);
  }

  async #think(id: TaskId): Promise<Command | undefined> {
    const { world, casts } = this.#options;
    const task = world.get('tasks', id);
    if (!task || !concernsHouse(task) || !isUp(world, task)) return undefined;
    if (task.state === 'running') this.#alarms.set(id, endsAt(task), () => this.#lookAgain(id));
    this.#thinking += 1;
    try {
      const command = await nextStep(this.#steps, task);
      if (command?.type !== 'control.open' || command.children.length === 0) return command;
      return { ...command, children: await casts.bound(world.get('runs', task.runId), command.children) };
    } catch (thrown) {
      const problem = asFusionError(thrown);
      if (problem.code === 'journal_failed') return this.#later(id, problem);
      return { type: 'control.fail', taskId: id, failure: problem.toJSON() };
    } finally {
      this.#thinking -= 1;
      this.#go();
    }
  }

  async #tell(id: TaskId, command: Command): Promise<void> {
    try {
      await this.#options.writer.submit(command);
    } catch (thrown) {
      const problem = asFusionError(thrown);
      if (problem.code === 'journal_failed') return this.stop();
      if (problem.code === 'move_refused' || problem.code === 'task_unknown') return; // something changed meanwhile, which is seen as well
      const message = `${this.#options.world.get('tasks', id)?.node ?? id} cannot be carried out: ${problem.message}`;
      const why = failure(problem.code === 'bad_request' ? unfit(command) : problem.code, message);
      await this.#options.writer
        .submit({ type: 'control.fail', taskId: id, failure: why })
        .catch((again: unknown) => this.#options.log(`${message}; ${asFusionError(again).message}`));
    }
  }

  #later(id: TaskId, { message }: FusionError): undefined {
    this.#options.log(`a step of the house is tried again: ${message}`);
    this.#alarms.set(id, this.#options.clock() + DISK_PAUSE_MS, () => this.#lookAgain(id));
  }

  #lookAgain(id: TaskId): void {
    this.#look(this.#options.world.get('tasks', id));
    this.#go();
  }
}

/** What is wrong with a node whose step the writer cannot take: its answer is none, or an event has not the room for what it says. */
const unfit = ({ type }: Command): ErrorCode => (type === 'task.answer' ? 'workflow_invalid' : 'workflow_too_large');
