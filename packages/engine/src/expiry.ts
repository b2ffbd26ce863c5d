import type { Entry } from '@fusion-kit/domain/entry';
import type { MessageId } from '@fusion-kit/domain/ids';
import type { Message } from '@fusion-kit/domain/message';
import type { World } from '@fusion-kit/domain/world';
import type { Follower } from './follower.ts';
import type { Writer } from './writer.ts';

export interface ExpiryOptions {
  world: World;
  writer: Writer;
  clock: () => number;
}

/** Longest a timer may sleep, in milliseconds. */
const SLEEP_MAX_MS = 2_000_000_000;

/** Expires deliveries whose time is over. */
export class Expiry implements Follower {
  readonly #options: ExpiryOptions;
  readonly #timers = new Map<MessageId, NodeJS.Timeout>();

  constructor(options: ExpiryOptions) {
    this.#options = options;
  }

  start(): void {
    for (const message of this.#options.world.all('messages')) this.#watch(message);
  }

  see(entries: readonly Entry[]): void {
    for (const { event } of entries) {
      const message = event.type === 'message.sent' && this.#options.world.get('messages', event.messageId);
      if (message) this.#watch(message);
    }
  }

  stop(): void {
    for (const timer of this.#timers.values()) clearTimeout(timer);
    this.#timers.clear();
  }

  #watch({ id, expiresAt }: Message): void {
    if (expiresAt === undefined) return;
    const waitMs = Math.max(0, expiresAt - this.#options.clock());
    this.#timers.set(
      id,
      setTimeout(() => this.#expire(id), Math.min(waitMs, SLEEP_MAX_MS)),
    );
  }

  #expire(id: MessageId): void {
    this.#timers.delete(id);
    const message = this.#options.world.get('messages', id);
    if (!message) return;
    if ((message.expiresAt ?? 0) > this.#options.clock()) return this.#watch(message);
    for (const [agentId, delivery] of Object.entries(message.deliveries)) {
      if (delivery?.state !== 'pending') continue;
      this.#options.writer
        .submit({ type: 'message.expire', messageId: id, agentId: agentId as keyof typeof message.deliveries })
        .catch(() => {});
    }
  }
}
