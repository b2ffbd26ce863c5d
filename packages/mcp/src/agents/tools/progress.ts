import { Progress } from '@fusion-kit/domain/progress';
import * as z from 'zod';
import { agentTool } from '../agent-tool.ts';

export const progress = agentTool({
  name: 'fusion_progress',
  description: 'Tells the people who watch how far you have come. For milestones, not for every step.',
  reads: false,
  input: z.object({
    text: Progress.shape.text.describe('one sentence'),
    percent: Progress.shape.percent.describe('how much of the task is done'),
  }),
  async run(told, { work }) {
    await work.progress({ text: told.text, ...(told.percent !== undefined && { percent: told.percent }) });
    return 'told';
  },
});
