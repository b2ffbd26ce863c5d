import * as z from 'zod';
import { agentTool } from '../agent-tool.ts';
import { MESSAGE_MAX } from '../messages.ts';

export const sendMessage = agentTool({
  name: 'fusion_send_message',
  description: 'Sends a message to another agent by its name. An answer, if any, comes to you as a message.',
  reads: false,
  input: z.object({
    to: z.string().min(1).max(40).describe("an agent's name, as fusion_team lists it"),
    text: z.string().min(1).max(MESSAGE_MAX),
  }),
  async run({ to, text }, { post }) {
    await post.send({ to, text });
    return `sent to ${to}`;
  },
});
