import type { Entry } from '../entry.ts';
import type { EventOf } from '../event.ts';
import type { Question } from '../question.ts';
import { changed, waitsForPerson, withQuestions } from '../questions.ts';
import type { Task } from '../task.ts';

type QuestionEvent = EventOf<'question.asked'> | EventOf<'question.answered'> | EventOf<'question.closed'>;

/** The task after something about its questions. While the dispatch that has it waits for a person, it is parked. Pure. */
export function evolveQuestions(task: Task, { at }: Pick<Entry, 'at'>, event: QuestionEvent): Task {
  const next = after(task, at, event);
  if (task.state !== 'running') return next;
  const waited = waitsForPerson(task);
  const waits = waitsForPerson(next);
  return waits === waited ? next : { ...next, phase: waits ? 'parked' : 'working' };
}

function after(task: Task, at: number, event: QuestionEvent): Task {
  const { questionId: id, agentId, dispatchId } = event;
  switch (event.type) {
    case 'question.asked': {
      const { text, options, about } = event;
      const before = task.questions?.find((each) => each.id === id);
      const asked: Question = { id, agentId, dispatchId, text, options, ...(about && { about }), askedAt: at };
      if (!before) return withQuestions(task, [...(task.questions ?? []), asked]);
      const { askedAt, answer } = before;
      return changed(task, id, () => ({ ...asked, askedAt, ...(answer && { answer }) }));
    }
    case 'question.answered': {
      const { option, text, by } = event;
      const answer = { ...(option !== undefined && { option }), ...(text !== undefined && { text }), by, at };
      return changed(task, id, (question) => ({ ...question, answer }));
    }
    case 'question.closed':
      return changed(task, id, (question) => (question.answer ? { ...question, taken: true } : undefined));
  }
}
