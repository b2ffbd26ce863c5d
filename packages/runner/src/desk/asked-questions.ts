import type { AskedQuestion, PersonsAnswer, Turn } from '@fusion-kit/domain/ports/runtime';
import { Bell } from '../bell.ts';
import { within } from './within.ts';

interface Open {
  question: AskedQuestion;
  /** How many wait for it at present. */
  waiting: number;
  outcome?: { given: PersonsAnswer } | { refused: unknown };
}

/**
 * Questions that wait for a person longer than whoever asks can wait for an answer. Asked again in the same words, one is waited for again; what is answered while
 * nobody waits is kept for whoever looks next.
 */
export class AskedQuestions {
  readonly #ask: Turn['ask'];
  readonly #open = new Map<string, Open>();
  readonly #bell = new Bell();

  constructor(ask: Turn['ask']) {
    this.#ask = ask;
  }

  has(question: AskedQuestion): boolean {
    return this.#open.has(keyOf(question));
  }

  /** Undefined when nobody has answered by then. @throws {FusionError} `question_refused` */
  async ask(question: AskedQuestion, waitMs: number, signal: AbortSignal): Promise<PersonsAnswer | undefined> {
    const key = keyOf(question);
    const open = this.#open.get(key) ?? this.#begin(key, question);
    open.waiting += 1;
    try {
      await this.#bell.until(() => open.outcome !== undefined, within(waitMs, signal));
      if (!open.outcome) return undefined;
      if ('refused' in open.outcome) throw open.outcome.refused;
      if (!signal.aborted) this.#open.delete(key); // else nobody reads it
      return open.outcome.given;
    } finally {
      open.waiting -= 1;
      this.#bell.ring();
    }
  }

  /** Resolves when there is something to take, or once the signal aborts. */
  answered(signal: AbortSignal): Promise<void> {
    return this.#bell.until(() => [...this.#open.values()].some(isLate), signal);
  }

  /** Answers that came while nobody waited for them. */
  take(): { question: AskedQuestion; answer: PersonsAnswer }[] {
    return [...this.#open].flatMap(([key, open]) => {
      if (!isLate(open)) return [];
      this.#open.delete(key);
      return [{ question: open.question, answer: open.outcome.given }];
    });
  }

  #begin(key: string, question: AskedQuestion): Open {
    const open: Open = { question, waiting: 0 };
    this.#open.set(key, open);
    const settle = (outcome: NonNullable<Open['outcome']>): void => {
      open.outcome = outcome;
      if ('refused' in outcome) this.#open.delete(key);
      this.#bell.ring();
    };
    this.#ask(question).then(
      (given) => settle({ given }),
      (refused: unknown) => settle({ refused }),
    );
    return open;
  }
}

/** It was answered and nobody waits for that. */
const isLate = (open: Open): open is Open & { outcome: { given: PersonsAnswer } } =>
  open.outcome !== undefined && 'given' in open.outcome && open.waiting === 0;

const keyOf = ({ text, options }: AskedQuestion): string => JSON.stringify([text, options]);
