import { getOrMake } from './get-or-make.ts';
import type { AgentId, MessageId } from './ids.ts';
import { isUnread, type Message } from './message.ts';

/** Which messages in memory each agent has not read: kept with every change of a row, since it is asked at every answer of a model. */
export class UnreadIndex {
  readonly #unread = new Map<AgentId, Set<MessageId>>();

  /** Messages that an agent has not read, in the order they came. */
  of(agent: AgentId): readonly MessageId[] {
    return [...(this.#unread.get(agent) ?? [])];
  }

  /** To be told of every change of a message's row. */
  change(before: Message | undefined, after: Message | undefined): void {
    const message = after ?? before;
    for (const agent of Object.keys(message?.deliveries ?? {}) as AgentId[]) {
      const was = isUnread(before?.deliveries[agent]);
      const is = isUnread(after?.deliveries[agent]);
      if (message && is && !was) getOrMake(this.#unread, agent, () => new Set<MessageId>()).add(message.id);
      if (message && was && !is) this.#drop(agent, message.id);
    }
  }

  #drop(agent: AgentId, id: MessageId): void {
    const unread = this.#unread.get(agent);
    unread?.delete(id);
    if (unread?.size === 0) this.#unread.delete(agent);
  }
}
