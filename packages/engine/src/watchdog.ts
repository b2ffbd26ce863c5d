import type { Command } from '@fusion-kit/domain/command';
import type { Entry } from '@fusion-kit/domain/entry';
import { failure } from '@fusion-kit/domain/errors';
import type { DispatchId } from '@fusion-kit/domain/ids';
import type { Caller } from '@fusion-kit/domain/ports/upstream';
import type { Heartbeat } from '@fusion-kit/domain/runner-protocol';
import { isHeld, type Task } from '@fusion-kit/domain/task';
import type { World } from '@fusion-kit/domain/world';
import type { Follower } from './follower.ts';
import type { Writer } from './writer.ts';

/** When silence counts for what, in milliseconds. */
export interface WatchdogLimits {
  /** Time between two looks. */
  lookMs: number;
  /** A dispatch that did not get on for so long is shown as stalled. */
  flagMs: number;
  /** After so long it is acted on as its run says. */
  actMs: number;
  /** Of a dispatch that nobody spoke of for so long, the runner is gone. */
  lostMs: number;
}

/** Shown before a minute is over, acted on before two. */
const WATCHDOG_LIMITS: WatchdogLimits = { lookMs: 5_000, flagMs: 45_000, actMs: 100_000, lostMs: 30_000 };

export interface WatchdogOptions {
  world: World;
  writer: Pick<Writer, 'submit'>;
  random: () => number;
  limits?: Partial<WatchdogLimits> | undefined;
  /** Milliseconds since 1970, which jump when the clock is set or the machine slept. */
  wallMs?: () => number;
  /** Milliseconds that only go forward. */
  steadyMs?: () => number;
}

interface Mark {
  caller: Caller;
  heardAt: number;
  beat: Pick<Heartbeat, 'quietMs' | 'process' | 'bounded'>;
}

/**
 * Keeps apart whether a dispatch is still spoken of, whether its processes live, and whether it gets on. What stalls is shown, then acted on as its run says; what is
 * unknown is left to a person. Whoever slept cannot tell what was silent: then all marks start anew. It looks only while something is under way.
 */
export class Watchdog implements Follower {
  readonly #options: Omit<WatchdogOptions, 'limits'> & { wallMs: () => number; steadyMs: () => number };
  readonly #limits: WatchdogLimits;
  readonly #marks = new Map<DispatchId, Mark>();
  #timer: NodeJS.Timeout | undefined;
  #stopped = false;
  /** Since when it has been awake without a break, and when it last looked, by both clocks. */
  #awakeSince = 0;
  #looked = { wall: 0, steady: 0 };

  constructor({ limits, ...options }: WatchdogOptions) {
    this.#options = { wallMs: Date.now, steadyMs: () => performance.now(), ...options };
    this.#limits = { ...WATCHDOG_LIMITS, ...limits };
  }

  see(entries: readonly Entry[]): void {
    for (const { event } of entries) {
      switch (event.type) {
        case 'task.assigned': {
          const { projectId, runId, taskId, agentId, dispatchId } = event;
          this.#watch({ projectId, runId, taskId, agentId, dispatchId });
          break;
        }
        case 'task.proved':
        case 'task.completed':
        case 'task.failed':
        case 'task.cancelled':
        case 'task.requeued':
          if (event.dispatchId) this.#marks.delete(event.dispatchId);
          break;
        default: // begins and ends no dispatch
      }
    }
  }

  hear(beats: readonly Heartbeat[]): void {
    for (const { caller, quietMs, process, bounded } of beats) {
      const mark = this.#marks.get(caller.dispatchId);
      if (!mark) continue; // over, or not yet seen to begin
      mark.heardAt = this.#options.steadyMs();
      mark.beat = { quietMs, process, bounded };
    }
  }

  stop(): void {
    this.#stopped = true;
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#marks.clear();
  }

  /** Looks at everything once. */
  look(): void {
    const now = this.#options.steadyMs();
    if (this.#slept(now)) this.#awakeSince = now;
    for (const mark of this.#marks.values()) {
      const command = this.#answerTo(mark, now);
      if (command) this.#options.writer.submit(command).catch(() => {}); // it has ended meanwhile
    }
  }

  #watch(caller: Caller): void {
    if (this.#stopped) return;
    const now = this.#options.steadyMs();
    this.#marks.set(caller.dispatchId, {
      caller,
      heardAt: now,
      beat: { quietMs: 0, process: 'none', bounded: true },
    });
    if (this.#timer) return;
    this.#awakeSince = now;
    this.#looked = { wall: this.#options.wallMs(), steady: now };
    this.#sleep();
  }

  #sleep(): void {
    this.#timer = setTimeout(() => {
      this.#timer = undefined;
      this.look();
      if (this.#marks.size > 0) this.#sleep();
    }, this.#limits.lookMs);
    this.#timer.unref();
  }

  /** Whether this look came much later than it should, or the two clocks disagree about how much later it is. */
  #slept(now: number): boolean {
    const wall = this.#options.wallMs();
    const steadyMs = now - this.#looked.steady;
    const wallMs = wall - this.#looked.wall;
    this.#looked = { wall, steady: now };
    const slack = 2 * this.#limits.lookMs;
    return steadyMs > slack + this.#limits.lookMs || Math.abs(wallMs - steadyMs) > slack;
  }

  #answerTo({ caller, heardAt, beat }: Mark, now: number): Command | undefined {
    const { world, random } = this.#options;
    const { flagMs, actMs, lostMs } = this.#limits;
    const task = world.get('tasks', caller.taskId);
    if (!task || !isHeld(task) || task.dispatch?.id !== caller.dispatchId || task.phase === 'landing') return undefined;
    const awakeMs = now - this.#awakeSince;
    const unheardMs = Math.min(now - heardAt, awakeMs);
    if (unheardMs > lostMs)
      return { type: 'dispatch.lose', caller, reason: `nothing was heard of it for ${seconds(unheardMs)} s` };
    const quietMs = Math.min(beat.quietMs, awakeMs);
    if (quietMs < flagMs) return task.stalled && { type: 'dispatch.revive', caller };
    if (!task.stalled) return { type: 'dispatch.stall', caller, quietMs: Math.round(quietMs), process: beat.process };
    if (quietMs < actMs || !this.#mayAct(task, beat)) return undefined;
    const why = failure('agent_stalled', `task "${task.title}" did not get on for ${seconds(quietMs)} s`);
    return { type: 'dispatch.fail', caller, failure: why, jitter: random() };
  }

  /** What ends by itself is left to do so; what is not known to be dead or idle is a person's to judge. */
  #mayAct(task: Task, { process, bounded }: Mark['beat']): boolean {
    const policy = this.#options.world.get('runs', task.runId)?.stall ?? 'retry';
    return policy === 'retry' && process !== 'unknown' && (!bounded || process === 'dead');
  }
}

const seconds = (ms: number): number => Math.round(ms / 1_000);
