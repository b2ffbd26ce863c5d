import { TopicPattern } from '@fusion-kit/domain/agent';
import * as z from 'zod';
import { agentTool } from '../agent-tool.ts';

const topics = z.array(TopicPattern).min(1).max(50);

export const subscribe = agentTool({
  name: 'fusion_subscribe',
  description:
    'Listens to topics from now on, in your later tasks too. In a pattern * stands for one word and a final > for one or more: agent.*.status, plan.>',
  reads: false,
  input: z.object({ topics }),
  run: async (input, { post }) => ({ subscriptions: await post.subscribe({ add: input.topics, remove: [] }) }),
});

export const unsubscribe = agentTool({
  name: 'fusion_unsubscribe',
  description: 'Listens to these topics no more.',
  reads: false,
  input: z.object({ topics }),
  run: async (input, { post }) => ({ subscriptions: await post.subscribe({ add: [], remove: input.topics }) }),
});
