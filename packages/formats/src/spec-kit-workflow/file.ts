import * as z from 'zod';

const WorkflowInput = z.object({
  type: z.enum(['string', 'number', 'boolean']).default('string'),
  required: z.boolean().optional(),
  default: z.union([z.string(), z.number(), z.boolean()]).nullish(),
  enum: z.array(z.union([z.string(), z.number(), z.boolean()])).nullish(),
  prompt: z.string().nullish(),
});
export type WorkflowInput = z.output<typeof WorkflowInput>;

const workflowId = /^[a-z0-9](?:[a-z0-9-]*[a-z0-9])?$/;

/** The file around its steps. */
export const SpecKitFile = z.object({
  schema_version: z.union([z.literal('1.0'), z.literal(1)]).default('1.0'),
  workflow: z.object({
    id: z.string().regex(workflowId, 'lower-case letters, digits and dashes'),
    name: z.string().min(1).max(200),
    version: z
      .string()
      .regex(/^\d+\.\d+\.\d+$/, 'three numbers in quotes: "1.0.0"')
      .default('0.0.0'),
    author: z.string().nullish(),
    description: z.string().nullish(),
    integration: z.string().nullish(),
    model: z.string().nullish(),
    options: z.unknown().optional(),
  }),
  requires: z.strictObject({ speckit_version: z.string().optional(), integrations: z.unknown().optional() }).nullish(),
  inputs: z
    .record(z.string().regex(/^[A-Za-z_][A-Za-z0-9_-]{0,99}$/, 'a letter, then letters, digits, _ or -'), WorkflowInput)
    .nullish(),
  steps: z.array(z.unknown()).min(1, 'at least one step is needed'),
});
export type SpecKitFile = z.output<typeof SpecKitFile>;
