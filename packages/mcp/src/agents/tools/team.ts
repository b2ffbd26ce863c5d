import * as z from 'zod';
import { agentTool } from '../agent-tool.ts';

export const team = agentTool({
  name: 'fusion_team',
  description:
    'Lists the agents you work beside: name, capabilities, state, task. Also your own name and subscriptions.',
  reads: true,
  input: z.object({}),
  run: (_input, { post }) => post.team(),
});
