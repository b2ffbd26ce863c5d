import type { Agent } from '@fusion-kit/domain/agent';
import type { Entry } from '@fusion-kit/domain/entry';
import type { AgentId } from '@fusion-kit/domain/ids';
import type { World } from '@fusion-kit/domain/world';
import { Alarms } from './alarm.ts';
import type { Follower } from './follower.ts';
import type { Writer } from './writer.ts';

export interface RespawnerOptions {
  world: World;
  writer: Writer;
  clock: () => number;
}

/** The wait doubles with every failure in a row up to this many times, so that a provider that is away for a day fills no log. */
const DOUBLINGS_MAX = 4;

/** Opens agents again whose failure says when to come back: their provider was limited or away. Others wait for a person or a restart. */
export class Respawner implements Follower {
  readonly #options: RespawnerOptions;
  readonly #alarms: Alarms<AgentId>;
  readonly #failures = new Map<AgentId, number>();

  constructor(options: RespawnerOptions) {
    this.#options = options;
    this.#alarms = new Alarms(options.clock);
  }

  see(entries: readonly Entry[]): void {
    for (const { event } of entries) {
      switch (event.type) {
        case 'agent.failed':
          this.#wait(event.agentId, event.failure);
          break;
        case 'agent.respawning':
          this.#alarms.clear(event.agentId);
          break;
        case 'agent.ready':
        case 'agent.terminated':
          this.#alarms.clear(event.agentId);
          this.#failures.delete(event.agentId);
          break;
        default: // says nothing about whether an agent can be opened
      }
    }
  }

  stop(): void {
    this.#alarms.stop();
  }

  #wait(agentId: AgentId, { retryAfterMs }: NonNullable<Agent['failure']>): void {
    if (retryAfterMs === undefined) return;
    const before = this.#failures.get(agentId) ?? 0;
    this.#failures.set(agentId, before + 1);
    const waitMs = retryAfterMs * 2 ** Math.min(before, DOUBLINGS_MAX);
    this.#alarms.set(agentId, this.#options.clock() + waitMs, () => this.#open(agentId));
  }

  #open(agentId: AgentId): void {
    const { world, writer } = this.#options;
    if (world.get('agents', agentId)?.state !== 'error') return;
    writer.submit({ type: 'agent.respawn', agentId, reason: 'its provider may answer again' }).catch(() => {});
  }
}
