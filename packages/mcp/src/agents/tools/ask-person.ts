import { QUESTION_OPTION_TEXT_MAX, QUESTION_OPTIONS_MAX } from '@fusion-kit/domain/question';
import * as z from 'zod';
import { agentTool } from '../agent-tool.ts';
import { WAIT_MAX_SECONDS } from '../../tool.ts';

const label = z.string().trim().min(1).max(QUESTION_OPTION_TEXT_MAX);

export const askPerson = agentTool({
  name: 'fusion_ask_person',
  description:
    'Asks the people in charge a question and waits for the answer. Without `options` they answer in words. When nobody answers in time the question stays: call again with the same words to wait on, or find the answer among your messages.',
  reads: false,
  input: z.object({
    question: z.string().trim().min(1).max(10_000),
    options: z.array(label).max(QUESTION_OPTIONS_MAX).default([]).describe('answers to choose from'),
    wait_seconds: z.int().min(0).max(WAIT_MAX_SECONDS).default(WAIT_MAX_SECONDS),
  }),
  async run({ question, options, wait_seconds: seconds }, { post }, signal) {
    const asked = { text: question, options: options.map((each) => ({ id: each, label: each })) };
    const given = await post.ask(asked, seconds * 1_000, signal);
    return given ?? 'nobody has answered yet; the question stays in their inbox';
  },
});
