import type { AskedQuestion, PersonsAnswer, Turn } from '@fusion-kit/domain/ports/runtime';
import { within } from './within.ts';

/** Questions that wait for a person longer than whoever asks can wait for an answer. Asked again in the same words, one is waited for again. */
export class AskedQuestions {
  readonly #ask: Turn['ask'];
  readonly #open = new Map<string, Promise<PersonsAnswer>>();

  constructor(ask: Turn['ask']) {
    this.#ask = ask;
  }

  has(question: AskedQuestion): boolean {
    return this.#open.has(keyOf(question));
  }

  /** Undefined when nobody has answered by then. @throws {FusionError} `question_refused` */
  async ask(question: AskedQuestion, waitMs: number, signal: AbortSignal): Promise<PersonsAnswer | undefined> {
    const key = keyOf(question);
    const answer = this.#open.get(key) ?? this.#ask(question);
    this.#open.set(key, answer);
    try {
      const given = await within(answer, waitMs, signal);
      if (given) this.#open.delete(key);
      return given;
    } catch (error) {
      this.#open.delete(key);
      throw error;
    }
  }
}

const keyOf = ({ text, options }: AskedQuestion): string => JSON.stringify([text, options]);
