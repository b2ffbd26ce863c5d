import { setTimeout as after } from 'node:timers/promises';
import type { Event } from '@fusion-kit/domain/event';
import type { InboxItem } from '@fusion-kit/domain/inbox';
import type { RealServer } from '../real-server.ts';

/** Something that the server said it has kept, and how the log shows it. */
export interface Fact {
  what: string;
  shownBy(event: Event): boolean;
  /** Some things may only ever happen once, however often they were asked for. */
  once: boolean;
}

interface Asking {
  what: string;
  path: string;
  body: unknown;
  /** The fact that its answer speaks of. */
  fact(answer: { id: string }): Fact;
  answered?: (answer: { id: string }) => void;
}

const PAUSE_MS = 25;

/** Waits until a server that is spoken to does not answer any more. What it refuses is thrown: a refusal is no death. */
export async function untilItDies(speaking: Promise<unknown>): Promise<void> {
  try {
    await speaking;
  } catch (thrown) {
    if (thrown instanceof Error && IS_REFUSAL.test(thrown.message)) throw thrown;
  }
}
const IS_REFUSAL = /: \d{3} \{/;

/**
 * A person at a server that keeps dying: says things, gives tasks, takes some back. What was asked and not answered is asked again of the next server under
 * the same key, so it has to be there exactly once.
 */
export class Client {
  readonly facts: Fact[] = [];
  readonly #project: string;
  readonly #given: string[] = [];
  readonly #answered = new Set<string>();
  readonly #unanswered = new Map<string, Asking>();
  #asked = 0;

  constructor(project: string) {
    this.#project = project;
  }

  /** Talks until the server is gone. */
  talk(server: RealServer): Promise<void> {
    return untilItDies(this.#talk(server));
  }

  async #talk(server: RealServer): Promise<void> {
    for (const [key, asking] of this.#unanswered) await this.#ask(server, key, asking);
    for (;;) {
      await this.#turn(server);
      await this.answer(server);
      await after(PAUSE_MS);
    }
  }

  /** Says yes to whatever is asked. Looks at nothing for which rows would be written: they are to be behind. */
  async answer(server: RealServer): Promise<void> {
    const { items } = await server.call<{ items: InboxItem[] }>('GET', '/inbox');
    for (const item of items) {
      const id = item.kind === 'question' ? item.questionId : item.taskId;
      if ((item.kind !== 'approval' && item.kind !== 'question') || this.#answered.has(id)) continue;
      const answer = item.kind === 'approval' ? { action: 'answer' } : { action: 'reply', question: item.questionId };
      const said = { ...answer, option: item.options[0]?.id, by: 'mia' };
      const isOver = await server.call('PATCH', `/tasks/${item.taskId}`, said).then(
        () => false,
        (thrown: Error) => {
          if (thrown.message.includes('question_unknown')) return true; // who asked has ended meanwhile
          throw thrown;
        },
      );
      this.#answered.add(id);
      if (!isOver) this.facts.push(item.kind === 'approval' ? approved(id) : answered(id));
    }
  }

  async #turn(server: RealServer): Promise<void> {
    const turn = (this.#asked += 1);
    const taken = turn % 3 === 0 ? this.#given.shift() : undefined;
    if (taken) {
      await server.call('PATCH', `/tasks/${taken}`, { action: 'cancel', reason: `taken back in turn ${turn}` });
      this.facts.push({
        what: `task ${taken} is cancelled`,
        once: true,
        shownBy: (event) => event.type === 'task.cancelled' && event.taskId === taken,
      });
    } else await this.#ask(server, `turn-${turn}-${process.pid}`, turn % 3 === 1 ? this.#note(turn) : this.#task(turn));
  }

  async #ask(server: RealServer, key: string, asking: Asking): Promise<void> {
    this.#unanswered.set(key, asking);
    const answer = await server.call<{ id: string }>('POST', asking.path, asking.body, { 'idempotency-key': key });
    this.#unanswered.delete(key);
    this.facts.push(asking.fact(answer));
    asking.answered?.(answer);
  }

  #note(turn: number): Asking {
    const text = `note of turn ${turn}`;
    return {
      what: text,
      path: '/messages',
      body: { project: this.#project, to: { topic: 'owner.note' }, text },
      fact: ({ id }) => ({
        what: text,
        once: true,
        shownBy: (event) => event.type === 'message.sent' && (event.messageId === id || event.text === text),
      }),
    };
  }

  /** Nobody can do it, so it waits until it is taken back. */
  #task(turn: number): Asking {
    const title = `Task of turn ${turn}`;
    const work = { kind: 'agent', prompt: title };
    return {
      what: title,
      path: '/tasks',
      body: { project: this.#project, title, work, requires: ['nobody-has-this'] },
      fact: ({ id }) => ({
        what: title,
        once: true,
        shownBy: (event) => event.type === 'task.created' && (event.taskId === id || event.spec.title === title),
      }),
      answered: ({ id }) => void this.#given.push(id),
    };
  }
}

const approved = (id: string): Fact => ({
  what: `task ${id} is answered`,
  once: true,
  shownBy: (event) => event.type === 'task.completed' && event.taskId === id && JSON.stringify(event).includes('mia'),
});

const answered = (id: string): Fact => ({
  what: `question ${id} is answered`,
  once: true,
  shownBy: (event) => event.type === 'question.answered' && event.questionId === id,
});
