import * as z from 'zod';
import { agentTool } from '../agent-tool.ts';

export const readOutput = agentTool({
  name: 'fusion_read_output',
  description: 'Reads an output of any task of the run by its id or node. A long one comes in parts: go on at `next`.',
  reads: true,
  input: z.object({
    task: z.string().min(1).max(700).describe('id or node of the task'),
    name: z.string().min(1).max(64).describe('name of the output; every agent task gives `summary`'),
    from: z.int().min(0).default(0).describe('character to begin at'),
  }),
  run: ({ task, name, from }, { work }) => work.output(task, name, from),
});
