import type { MessageId } from '@fusion-kit/domain/ids';
import type { RunnerMessage } from '@fusion-kit/domain/runner-protocol';

/** Messages on their way into a conversation, each once however often it was sent over. */
export class Mailbox {
  readonly #seen = new Set<MessageId>();
  #waiting: RunnerMessage[] = [];

  put(messages: readonly RunnerMessage[]): void {
    for (const message of messages) {
      if (this.#seen.has(message.id)) continue;
      this.#seen.add(message.id);
      this.#waiting.push(message);
    }
  }

  /** What has come since the last time, in the order of sending. */
  take(): RunnerMessage[] {
    return this.#waiting.splice(0).toSorted((a, b) => (a.id < b.id ? -1 : 1));
  }
}
