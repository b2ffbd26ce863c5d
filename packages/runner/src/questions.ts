import { FusionError } from '@fusion-kit/domain/errors';
import { QuestionId } from '@fusion-kit/domain/ids';
import { cutText, keepText } from '@fusion-kit/domain/kept-text';
import type { Blobs } from '@fusion-kit/domain/ports/blobs';
import type { AskedQuestion, PersonsAnswer } from '@fusion-kit/domain/ports/runtime';
import { QUESTION_OPTION_TEXT_MAX, QUESTION_OPTIONS_MAX } from '@fusion-kit/domain/question';
import type { RunnerCommand, RunnerReport } from '@fusion-kit/domain/runner-protocol';
import { Bell } from './bell.ts';

type Asking = Pick<Extract<RunnerReport, { type: 'question.ask' }>, 'type' | 'text' | 'options' | 'about'>;
type Closing = Pick<Extract<RunnerReport, { type: 'question.close' }>, 'type' | 'questionId'>;
type Answer = Extract<RunnerCommand, { type: 'dispatch.answer' }>;

export interface QuestionsOptions {
  blobs: Blobs;
  /** @throws {FusionError} what the engine refused with */
  report: (report: Asking | Closing) => Promise<{ id?: string | undefined }>;
  /** Told of a question that has its answer. */
  answered: (id: QuestionId) => void;
  /** Told whenever the dispatch begins or stops to wait for a person. */
  waiting: (waits: boolean) => void;
}

/** Longest text of a question that its event holds itself. */
const TEXT_MAX = 2_000;

/** What one dispatch asks people, and the answers on their way to it. */
export class Questions {
  readonly #options: QuestionsOptions;
  readonly #answers = new Map<QuestionId, PersonsAnswer>();
  readonly #bell = new Bell();
  #asked = 0;

  constructor(options: QuestionsOptions) {
    this.#options = options;
  }

  /** As `Turn.ask` promises. */
  async ask({ text, options, about }: AskedQuestion, signal: AbortSignal): Promise<PersonsAnswer> {
    signal.throwIfAborted();
    const { blobs, report } = this.#options;
    if (options.length > QUESTION_OPTIONS_MAX)
      throw new FusionError(
        'question_refused',
        `the question has ${options.length} options, more than the ${QUESTION_OPTIONS_MAX} that one may have`,
      );
    const question = {
      text: await keepText(blobs, text, TEXT_MAX),
      options: options.map(checked),
      ...(about && { about: shortened(about) }),
    };
    this.#rest(1);
    try {
      const id = QuestionId.parse((await report({ type: 'question.ask', ...question })).id);
      const answer = await this.#answerTo(id, signal);
      this.#options.answered(id);
      return answer;
    } finally {
      this.#rest(-1);
    }
  }

  put({ questionId, answer: { option, text, by } }: Answer): void {
    const answer = { by, ...(option !== undefined && { option }), ...(text !== undefined && { text }) };
    this.#answers.set(questionId, answer);
    this.#bell.ring();
  }

  async #answerTo(id: QuestionId, signal: AbortSignal): Promise<PersonsAnswer> {
    await this.#bell.until(() => this.#answers.has(id), signal); // it may have been told before it was known what it answers
    const answer = this.#answers.get(id);
    if (answer) return answer;
    await this.#options.report({ type: 'question.close', questionId: id }).catch(() => {}); // it ends with its dispatch
    throw signal.reason;
  }

  #rest(change: number): void {
    const before = this.#asked;
    this.#asked += change;
    if (before === 0 || this.#asked === 0) this.#options.waiting(this.#asked > 0);
  }
}

/** What an agent calls its options may have any length; what it knows them by is kept as it is. */
function checked({ id, label }: AskedQuestion['options'][number]): { id: string; label: string } {
  if (id === '' || cutText(id, QUESTION_OPTION_TEXT_MAX) !== id)
    throw new FusionError('question_refused', `an option needs an id of 1 to ${QUESTION_OPTION_TEXT_MAX} characters`);
  return { id, label: cutText(label, QUESTION_OPTION_TEXT_MAX) || id };
}

const shortened = ({ callId, tool }: NonNullable<AskedQuestion['about']>) => ({
  ...(callId !== undefined && { callId: cutText(callId, QUESTION_OPTION_TEXT_MAX) }),
  ...(tool !== undefined && { tool: cutText(tool, QUESTION_OPTION_TEXT_MAX) }),
});
