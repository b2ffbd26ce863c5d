import * as z from 'zod';
import { AgentId, DispatchId, QuestionId } from './ids.ts';
import { Text } from './text.ts';

/** Answers that a question may offer, and the characters of JSON that each of their ids and labels, and each name of what it is about, may take. */
export const QUESTION_OPTIONS_MAX = 20;
export const QUESTION_OPTION_TEXT_MAX = 200;
/** Questions of one task that may wait for a person at a time. */
export const OPEN_QUESTIONS_MAX = 8;

/** An answer that may be chosen. What ids and labels say is the agent's own. */
export const QuestionOption = z.object({
  id: z.string().min(1).max(QUESTION_OPTION_TEXT_MAX),
  label: z.string().min(1).max(QUESTION_OPTION_TEXT_MAX),
});
export type QuestionOption = z.infer<typeof QuestionOption>;

/** Which tool call a question is about, as the conversation names it. */
export const QuestionSubject = z.object({
  callId: z.string().max(QUESTION_OPTION_TEXT_MAX).optional(),
  tool: z.string().max(QUESTION_OPTION_TEXT_MAX).optional(),
});
export type QuestionSubject = z.infer<typeof QuestionSubject>;

/** An answer: one of the options, words, or both; `by` is who gave it. */
export const QuestionAnswer = z.object({
  option: z.string().optional(),
  text: Text.optional(),
  by: z.string().min(1).max(100),
});
export type QuestionAnswer = z.infer<typeof QuestionAnswer>;

/** Something an agent asks people. It waits while it has no answer; `dispatchId` is who asked it last. */
export const Question = z.object({
  id: QuestionId,
  agentId: AgentId,
  dispatchId: DispatchId,
  text: Text,
  options: z.array(QuestionOption).max(QUESTION_OPTIONS_MAX),
  about: QuestionSubject.optional(),
  askedAt: z.int(),
  answer: QuestionAnswer.extend({ at: z.int() }).optional(),
  /** The agent went on with its answer, so that asking the same again is another question. */
  taken: z.boolean().optional(),
});
export type Question = z.infer<typeof Question>;
