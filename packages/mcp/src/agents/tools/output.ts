import * as z from 'zod';
import { agentTool } from '../agent-tool.ts';
import { OUTPUT_TEXT_MAX, standing } from '../outputs.ts';

export const output = agentTool({
  name: 'fusion_output',
  description:
    'Gives one output of your task. It is checked at once against the schema the task declares; giving it again replaces it.',
  reads: false,
  input: z.object({
    name: z.string().min(1).max(64).describe('a name that fusion_task lists'),
    value: z.string().max(OUTPUT_TEXT_MAX).describe('the text; for an output with a schema, JSON'),
  }),
  run: async ({ name, value }, { work }) => standing(await work.report({ [name]: value })),
});
