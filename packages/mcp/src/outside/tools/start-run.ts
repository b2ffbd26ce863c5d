import * as z from 'zod';
import { outsideTool } from '../outside.ts';
import { runLine } from '../run-sight.ts';

const name = z.string().max(200).optional();

export const startRun = outsideTool({
  name: 'fusion_start_run',
  description:
    "Starts a team of agents on a workflow file (YAML or JSON) or on the tasks.md of a Spec Kit feature, and returns at once. Their work lands on a branch of its own; the user's checkout is not touched.",
  reads: false,
  input: z.object({
    file: z.string().min(1).max(4_096).describe('absolute path of the file'),
    directory: z
      .string()
      .max(4_096)
      .optional()
      .describe("absolute path of the project, where it is not the file's repository"),
    inputs: z
      .array(z.object({ name: z.string().max(200), value: z.string().max(10_000) }))
      .max(100)
      .default([]),
    runtime: name,
    provider: name,
    model: name.describe('for members of the team that name none'),
  }),
  async run({ file, directory, inputs, runtime, provider, model }, outside) {
    const named = Object.fromEntries(inputs.map((input) => [input.name, input.value]));
    const { run, project } = await outside.start({ file, directory, inputs: named, runtime, provider, model });
    return { ...runLine(run), project: project.path };
  },
});
