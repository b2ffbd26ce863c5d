import { Topic } from '@fusion-kit/domain/agent';
import * as z from 'zod';
import { agentTool } from '../agent-tool.ts';
import { MESSAGE_MAX } from '../messages.ts';

export const publish = agentTool({
  name: 'fusion_publish',
  description: 'Sends a message to every agent that listens to a topic.',
  reads: false,
  input: z.object({
    topic: Topic.max(200)
      .refine((name) => name.includes('.'), 'at least two words, joined by a dot')
      .describe('two words or more, such as plan.ready'),
    text: z.string().min(1).max(MESSAGE_MAX),
  }),
  async run({ topic, text }, { post }) {
    await post.send({ to: topic, text });
    return `published on ${topic}`;
  },
});
