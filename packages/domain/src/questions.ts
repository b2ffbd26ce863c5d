import type { ConversationEvent } from './event.ts';
import { type DispatchId, MessageId, type QuestionId } from './ids.ts';
import type { Question, QuestionOption } from './question.ts';
import type { Task } from './task.ts';
import type { Text } from './text.ts';

/** Answered questions that a task remembers. */
const ANSWERED_MAX = 20;

/** What a task asks people and still waits for. Pure. */
export const openQuestions = ({ questions = [] }: Pick<Task, 'questions'>): Question[] =>
  questions.filter(({ answer }) => !answer);

/** Whether the dispatch that has the task in hand waits for a person. Pure. */
export const waitsForPerson = (task: Pick<Task, 'questions' | 'dispatch'>): boolean =>
  openQuestions(task).some(({ dispatchId }) => dispatchId === task.dispatch?.id);

/**
 * What an earlier dispatch of the task asked in these words, and went on with no answer to: the one that goes on for it asks this question again and no other. Pure.
 */
export const askedBefore = (
  { questions = [] }: Pick<Task, 'questions'>,
  { dispatchId, text, options }: { dispatchId: DispatchId; text: Text; options: readonly QuestionOption[] },
): Question | undefined =>
  questions.find(
    (each) =>
      each.dispatchId !== dispatchId &&
      !each.taken &&
      same(each.text, text) &&
      JSON.stringify(each.options) === JSON.stringify(options),
  );

const same = (one: Text, other: Text): boolean =>
  typeof one === 'string' || typeof other === 'string' ? one === other : one.blob === other.blob;

/** What was answered to dispatches of the task that have ended, whose agent has it in hand again and has not asked the same again. Pure. */
export const answeredBefore = ({ questions = [], dispatch }: Pick<Task, 'questions' | 'dispatch'>): Question[] =>
  questions.filter(
    ({ answer, taken, dispatchId, agentId }) =>
      answer && !taken && dispatchId !== dispatch?.id && agentId === dispatch?.agentId,
  );

/** By which an agent knows an answer that reaches it as a message, with none of its own in the log: however often it is told, it is the same. Pure. */
export const letterOf = (id: QuestionId): MessageId => MessageId.parse(id.replace(/^qst/, 'msg'));

/** A task with other questions: the open ones, and the last that were answered. Pure. */
export function withQuestions<T extends Pick<Task, 'questions'>>(task: T, questions: readonly Question[]): T {
  const { questions: _before, ...rest } = task;
  const answered = questions.filter(({ answer }) => answer);
  const forgotten = new Set(answered.slice(0, Math.max(0, answered.length - ANSWERED_MAX)));
  const kept = questions.filter((each) => !forgotten.has(each));
  return { ...rest, ...(kept.length > 0 && { questions: kept }) } as T;
}

/** A task whose questions nobody waits for any more. Pure. */
export const withoutOpen = <T extends Pick<Task, 'questions'>>(task: T): T =>
  task.questions ? withQuestions(task, task.questions.filter(({ answer }) => answer).map(taken)) : task;

/** A task with one of its questions changed, or without it. Pure. */
export const changed = <T extends Pick<Task, 'questions'>>(
  task: T,
  id: QuestionId,
  change: (question: Question) => Question | undefined,
): T =>
  withQuestions(
    task,
    (task.questions ?? []).flatMap((each) => (each.id === id ? (change(each) ?? []) : each)),
  );

/** Questions whose asker gets on by this event, so that it has their answers: what it asks after that is another question. Pure. */
export const takenBy = ({ questions = [] }: Pick<Task, 'questions'>, event: ConversationEvent): QuestionId[] =>
  questions
    .filter(({ dispatchId, answer, taken: over }) => dispatchId === event.dispatchId && answer && !over)
    .filter(({ about }) => about?.callId === undefined || ('callId' in event && event.callId === about.callId))
    .map(({ id }) => id);

const taken = (question: Question): Question => ({ ...question, taken: true });
