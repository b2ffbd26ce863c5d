import * as z from 'zod';
import { agentTool } from '../agent-tool.ts';

export const task = agentTool({
  name: 'fusion_task',
  description:
    'Shows your task: what is asked, its inputs, the outputs it has to give, and the tasks it needs with their states. With `task`, shows another task of the same run instead.',
  reads: true,
  input: z.object({ task: z.string().max(700).optional().describe('id or node of another task') }),
  async run({ task: named }, { work }) {
    const { outputs, ...seen } = await work.look(named);
    if (named !== undefined) return { ...seen, given: Object.keys(outputs) };
    const { title, inputs, work: node } = work.assignment;
    return {
      ...seen,
      title,
      prompt: node.prompt,
      inputs,
      outputs: node.outputs.map((name) => ({ name, schema: node.outputSchemas?.[name] })),
      missing: await work.report({}),
      files: node.files,
      writes: node.writes,
      verify: node.verify,
    };
  },
});
