import type { MessageId } from '@fusion-kit/domain/ids';
import type { RunnerMessage } from '@fusion-kit/domain/runner-protocol';
import { Bell } from './bell.ts';

/** Messages on their way into a conversation, each once however often it was sent over. */
export class Mailbox {
  readonly #seen = new Set<MessageId>();
  readonly #bell = new Bell();
  #waiting: RunnerMessage[] = [];

  put(messages: readonly RunnerMessage[]): void {
    for (const message of messages) {
      if (this.#seen.has(message.id)) continue;
      this.#seen.add(message.id);
      this.#waiting.push(message);
    }
    this.#bell.ring();
  }

  /** Leaves out a message that was told in another way. */
  drop(id: MessageId): void {
    this.#seen.add(id);
    this.#waiting = this.#waiting.filter((message) => message.id !== id);
  }

  /** Resolves when there is something to take, or once the signal aborts. */
  filled(signal: AbortSignal): Promise<void> {
    return this.#bell.until(() => this.#waiting.length > 0, signal);
  }

  /** What has come since the last time, in the order of sending. */
  take(): RunnerMessage[] {
    return this.#waiting.splice(0).toSorted((a, b) => (a.id < b.id ? -1 : 1));
  }
}
