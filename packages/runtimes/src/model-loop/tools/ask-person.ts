import { QUESTION_OPTION_TEXT_MAX, QUESTION_OPTIONS_MAX } from '@fusion-kit/domain/question';
import * as z from 'zod';
import { tool } from '../tool.ts';
import { toldRefusal } from './told-refusal.ts';

const QUESTION_MAX = 8_000;

export const askPerson = tool({
  name: 'ask_person',
  description:
    'Asks the people who watch this work and waits for an answer, which may take hours. For what is theirs to decide and you cannot find out yourself; say all that is needed to decide it.',
  // asking again what was interrupted waits on, and has the answer that came meanwhile
  repeatable: true,
  touches: 'nothing',
  input: z.object({
    question: z.string().min(1).max(QUESTION_MAX),
    options: z
      .array(z.string().min(1).max(QUESTION_OPTION_TEXT_MAX))
      .max(QUESTION_OPTIONS_MAX)
      .default([])
      .describe('answers to choose from; a person may use other words all the same'),
  }),
  async run({ question, options }, { turn }) {
    try {
      const choices = options.map((label) => ({ id: label, label }));
      const { option, text, by } = await turn.ask({ text: question, options: choices });
      const said = [option, text].filter((part) => part !== undefined).join('\n');
      return { output: `${by} answers: ${said}`, isError: false };
    } catch (thrown) {
      return toldRefusal(thrown);
    }
  },
});
