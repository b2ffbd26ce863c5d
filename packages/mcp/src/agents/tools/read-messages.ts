import * as z from 'zod';
import { agentTool } from '../agent-tool.ts';
import { WAIT_MAX_SECONDS } from '../../tool.ts';

export const readMessages = agentTool({
  name: 'fusion_read_messages',
  description:
    'Gives you the messages that have come for you since you last read. With `wait_seconds` it waits for the first.',
  reads: false,
  input: z.object({ wait_seconds: z.int().min(0).max(WAIT_MAX_SECONDS).default(0) }),
  async run({ wait_seconds: seconds }, { post }, signal) {
    const messages = await post.read(seconds * 1_000, signal);
    return messages.length === 0 ? 'no messages' : messages.map(({ from, topic, text }) => ({ from, topic, text }));
  },
});
