import type { Entry } from '@fusion-kit/domain/entry';
import type { AgentId, MessageId } from '@fusion-kit/domain/ids';
import type { Message } from '@fusion-kit/domain/message';
import type { World } from '@fusion-kit/domain/world';
import { Alarms } from './alarm.ts';
import type { Follower } from './follower.ts';
import type { Writer } from './writer.ts';

export interface ExpiryOptions {
  world: World;
  writer: Writer;
  clock: () => number;
}

/** Expires deliveries whose time is over. */
export class Expiry implements Follower {
  readonly #options: ExpiryOptions;
  readonly #alarms: Alarms<MessageId>;

  constructor(options: ExpiryOptions) {
    this.#options = options;
    this.#alarms = new Alarms(options.clock);
  }

  start(): void {
    for (const message of this.#options.world.all('messages')) this.#watch(message);
  }

  see(entries: readonly Entry[]): void {
    for (const { event } of entries) {
      if (!('messageId' in event) || !event.messageId) continue;
      const message = this.#options.world.get('messages', event.messageId);
      if (event.type === 'message.sent' && message) this.#watch(message);
      else if (!message || !isAwaited(message)) this.#alarms.clear(event.messageId);
    }
  }

  stop(): void {
    this.#alarms.stop();
  }

  #watch({ id, expiresAt }: Message): void {
    if (expiresAt !== undefined) this.#alarms.set(id, expiresAt, () => this.#expire(id));
  }

  #expire(messageId: MessageId): void {
    const { world, writer } = this.#options;
    const deliveries = world.get('messages', messageId)?.deliveries ?? {};
    for (const agentId of Object.keys(deliveries) as AgentId[])
      if (deliveries[agentId]?.state === 'pending')
        writer.submit({ type: 'message.expire', messageId, agentId }).catch(() => {}); // delivered meanwhile
  }
}

/** Whether somebody has not been given it yet: only then it can expire. */
const isAwaited = ({ deliveries }: Message): boolean =>
  Object.values(deliveries).some(({ state }) => state === 'pending');
