import type { AskedQuestion, PersonsAnswer, Turn } from '@fusion-kit/domain/ports/runtime';
import { within } from './within.ts';

interface Open {
  question: AskedQuestion;
  answer: Promise<PersonsAnswer>;
  /** How many wait for it at present. */
  waiting: number;
  given?: PersonsAnswer;
}

/**
 * Questions that wait for a person longer than whoever asks can wait for an answer. Asked again in the same words, one is waited for again; what is answered while
 * nobody waits is kept for whoever looks next.
 */
export class AskedQuestions {
  readonly #ask: Turn['ask'];
  readonly #open = new Map<string, Open>();
  readonly #readers = new Set<() => void>();

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
      const given = await within(open.answer, waitMs, signal);
      if (given && !signal.aborted) this.#open.delete(key); // else nobody reads it
      return given;
    } finally {
      open.waiting -= 1;
      this.#tell();
    }
  }

  /** Resolves when there is something to take. */
  answered(): Promise<void> {
    return new Promise((resolve) => {
      if ([...this.#open.values()].some(isLate)) resolve();
      else this.#readers.add(resolve);
    });
  }

  /** Answers that came while nobody waited for them. */
  take(): { question: AskedQuestion; answer: PersonsAnswer }[] {
    return [...this.#open].flatMap(([key, open]) => {
      if (!isLate(open)) return [];
      this.#open.delete(key);
      return [{ question: open.question, answer: open.given }];
    });
  }

  #begin(key: string, question: AskedQuestion): Open {
    const open: Open = { question, answer: this.#ask(question), waiting: 0 };
    this.#open.set(key, open);
    open.answer.then(
      (given) => {
        open.given = given;
        this.#tell();
      },
      () => this.#open.delete(key),
    );
    return open;
  }

  #tell(): void {
    if (![...this.#open.values()].some(isLate)) return;
    for (const wake of this.#readers) wake();
    this.#readers.clear();
  }
}

/** It was answered and nobody waits for that. */
const isLate = (open: Open): open is Open & { given: PersonsAnswer } => open.given !== undefined && open.waiting === 0;

const keyOf = ({ text, options }: AskedQuestion): string => JSON.stringify([text, options]);
