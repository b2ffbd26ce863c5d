import type { MessageId } from '@fusion-kit/domain/ids';
import type { RunnerMessage } from '@fusion-kit/domain/runner-protocol';

/** Messages on their way into a conversation, each once however often it was sent over. */
export class Mailbox {
  readonly #seen = new Set<MessageId>();
  readonly #readers = new Set<() => void>();
  #waiting: RunnerMessage[] = [];

  put(messages: readonly RunnerMessage[]): void {
    for (const message of messages) {
      if (this.#seen.has(message.id)) continue;
      this.#seen.add(message.id);
      this.#waiting.push(message);
    }
    if (this.#waiting.length === 0) return;
    for (const wake of this.#readers) wake();
    this.#readers.clear();
  }

  /** Leaves out a message that was told in another way. */
  drop(id: MessageId): void {
    this.#seen.add(id);
    this.#waiting = this.#waiting.filter((message) => message.id !== id);
  }

  /** Resolves when there is something to take. */
  filled(): Promise<void> {
    return new Promise((resolve) => {
      if (this.#waiting.length > 0) resolve();
      else this.#readers.add(resolve);
    });
  }

  /** What has come since the last time, in the order of sending. */
  take(): RunnerMessage[] {
    return this.#waiting.splice(0).toSorted((a, b) => (a.id < b.id ? -1 : 1));
  }
}
