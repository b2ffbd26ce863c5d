import { FusionError } from '@fusion-kit/domain/errors';
import * as z from 'zod';
import { agentTool } from '../agent-tool.ts';
import { OUTPUT_TEXT_MAX } from '../outputs.ts';

export const finish = agentTool({
  name: 'fusion_finish',
  description:
    'Gives the summary of your work and the outputs that are still missing. Call it once when everything is done, then end your turn.',
  reads: false,
  input: z.object({
    summary: z
      .string()
      .trim()
      .min(1)
      .max(OUTPUT_TEXT_MAX)
      .describe('what you did and found, for those who go on from here'),
    outputs: z
      .array(z.object({ name: z.string().min(1).max(64), value: z.string().max(OUTPUT_TEXT_MAX) }))
      .max(20)
      .default([])
      .describe('outputs by name; what fusion_output has given need not be given again'),
  }),
  async run({ summary, outputs }, { work }) {
    const named = outputs.map(({ name, value }) => [name, value] as const);
    const missing = await work.report({ ...Object.fromEntries(named), summary });
    if (missing.length === 0) return 'finished; end your turn now';
    throw new FusionError('output_invalid', `outputs are missing: ${missing.join(', ')}`, {
      remedy: 'What you gave is kept. Call fusion_finish again with the missing ones.',
    });
  },
});
