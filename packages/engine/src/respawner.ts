import type { Agent } from '@fusion-kit/domain/agent';
import type { Entry } from '@fusion-kit/domain/entry';
import type { AgentId } from '@fusion-kit/domain/ids';
import type { World } from '@fusion-kit/domain/world';
import type { Follower } from './follower.ts';
import type { Writer } from './writer.ts';

export interface RespawnerOptions {
  world: World;
  writer: Writer;
}

/** The wait doubles with every failure in a row up to this many times, so that a provider that is away for a day fills no log. */
const DOUBLINGS_MAX = 4;
/** Longest a timer may sleep, in milliseconds. */
const SLEEP_MAX_MS = 2_000_000_000;

/** Opens agents again whose failure says when to come back: their provider was limited or away. Others wait for a person or a restart. */
export class Respawner implements Follower {
  readonly #options: RespawnerOptions;
  readonly #timers = new Map<AgentId, NodeJS.Timeout>();
  readonly #failures = new Map<AgentId, number>();

  constructor(options: RespawnerOptions) {
    this.#options = options;
  }

  see(entries: readonly Entry[]): void {
    for (const { event } of entries) {
      switch (event.type) {
        case 'agent.failed':
          this.#wait(event.agentId, event.failure);
          break;
        case 'agent.respawning':
          this.#forgetTimer(event.agentId);
          break;
        case 'agent.ready':
        case 'agent.terminated':
          this.#forgetTimer(event.agentId);
          this.#failures.delete(event.agentId);
          break;
        default: // says nothing about whether an agent can be opened
      }
    }
  }

  stop(): void {
    for (const timer of this.#timers.values()) clearTimeout(timer);
    this.#timers.clear();
  }

  #wait(agentId: AgentId, { retryAfterMs }: NonNullable<Agent['failure']>): void {
    if (retryAfterMs === undefined) return;
    const before = this.#failures.get(agentId) ?? 0;
    this.#failures.set(agentId, before + 1);
    const waitMs = Math.min(retryAfterMs * 2 ** Math.min(before, DOUBLINGS_MAX), SLEEP_MAX_MS);
    this.#forgetTimer(agentId);
    this.#timers.set(
      agentId,
      setTimeout(() => this.#open(agentId), waitMs),
    );
  }

  #open(agentId: AgentId): void {
    const { world, writer } = this.#options;
    if (world.get('agents', agentId)?.state !== 'error') return;
    writer.submit({ type: 'agent.respawn', agentId, reason: 'its provider may answer again' }).catch(() => {});
  }

  #forgetTimer(agentId: AgentId): void {
    clearTimeout(this.#timers.get(agentId));
    this.#timers.delete(agentId);
  }
}
