import { FusionError } from '../errors.ts';
import { firstFew } from '../first-few.ts';
import { OPEN_QUESTIONS_MAX, type Question } from '../question.ts';
import { openQuestions } from '../questions.ts';
import type { Task } from '../task.ts';
import { preview, type Text } from '../text.ts';
import { known, type Rules } from './decision.ts';
import { open } from './dispatch.ts';

/** Questions that a refusal names, and how much of each it quotes. */
const NAMED_MAX = 5;
const QUOTED_MAX = 80;

export const questionRules: Rules<'question.ask' | 'question.answer' | 'question.close'> = {
  'question.ask'(world, { caller, questionId, text, options, about }) {
    const task = open(world, caller);
    if (task.state !== 'running') throw new FusionError('move_refused', `task ${task.node} has not started`);
    const before = task.questions?.find(({ id }) => id === questionId);
    if (before?.dispatchId === caller.dispatchId) return []; // told twice
    const waiting = openQuestions(task).filter((each) => each !== before);
    if (waiting.length >= OPEN_QUESTIONS_MAX)
      throw new FusionError(
        'question_refused',
        `task ${task.node} has ${waiting.length} questions that wait for a person, and may have no more`,
      );
    if (new Set(options.map(({ id }) => id)).size < options.length)
      throw new FusionError('question_refused', 'two options of the question have the same id');
    return [
      { type: 'question.asked', v: 1, ...caller, questionId, text, options: [...options], ...(about && { about }) },
    ];
  },

  'question.answer'(world, { taskId, questionId, option, text, by }) {
    const task = known(world, 'tasks', taskId);
    const question = meant(task, questionId);
    const { id, agentId, dispatchId, answer, options } = question;
    if (answer)
      throw new FusionError(
        'question_answered',
        `${answer.by} has answered it already: ${answer.option ?? quoted(answer.text ?? '')}`,
      );
    if (option === undefined && text === undefined)
      throw new FusionError('bad_request', 'an answer is one of the options, words, or both');
    if (option !== undefined && !options.some((each) => each.id === option)) {
      const there = options.length === 0 ? 'none: answer in words' : options.map((each) => each.id).join(', ');
      throw new FusionError('bad_request', `the question has no option ${option}; it has ${there}`);
    }
    const { projectId, runId } = task;
    const said = { ...(option !== undefined && { option }), ...(text !== undefined && { text }), by };
    return [
      { type: 'question.answered', v: 1, projectId, runId, taskId, agentId, dispatchId, questionId: id, ...said },
    ];
  },

  'question.close'(world, { caller, questionId }) {
    const task = open(world, caller);
    const question = task.questions?.find(({ id }) => id === questionId);
    if (!question || question.taken || question.dispatchId !== caller.dispatchId) return [];
    return [{ type: 'question.closed', v: 1, ...caller, questionId }];
  },
};

/** The question a person answers: the named one, or the only one there is. @throws {FusionError} `question_unknown` */
function meant(task: Task, questionId: string | undefined): Question {
  const waiting = openQuestions(task);
  const named = task.questions?.find(({ id }) => id === questionId);
  const only = questionId === undefined && waiting.length === 1 ? waiting[0] : named;
  if (only) return only;
  const there = firstFew(
    waiting.map(({ id, text }) => `${id} ("${quoted(text)}")`),
    NAMED_MAX,
  );
  if (questionId === undefined && waiting.length > 1)
    throw new FusionError('bad_request', `task ${task.node} asks ${waiting.length} questions, say which: ${there}`);
  const what = questionId === undefined ? 'asks nothing' : `does not ask ${questionId}`;
  const instead = waiting.length === 0 ? '' : `; it asks ${there}`;
  throw new FusionError('question_unknown', `task ${task.node}, which is ${task.state}, ${what}${instead}`);
}

const quoted = (text: Text): string => {
  const line = preview(text).replaceAll(/\s+/g, ' ').trim();
  return line.length > QUOTED_MAX ? `${line.slice(0, QUOTED_MAX)}…` : line;
};
