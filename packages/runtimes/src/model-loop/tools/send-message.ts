import * as z from 'zod';
import { tool } from '../tool.ts';
import { toldRefusal } from './told-refusal.ts';

export const sendMessage = tool({
  name: 'send_message',
  description:
    'Sends a message to another agent by its name, or to everyone who listens to a topic. The answer, if any, comes to you later as a message.',
  repeatable: false,
  touches: 'team',
  input: z.object({
    to: z.string().min(1).max(200).describe("an agent's name, or a topic such as plan.ready"),
    text: z.string().min(1).max(20_000),
  }),
  async run({ to, text }, { turn }) {
    try {
      await turn.send({ to, text });
      return { output: `sent to ${to}`, isError: false };
    } catch (thrown) {
      return toldRefusal(thrown);
    }
  },
});
