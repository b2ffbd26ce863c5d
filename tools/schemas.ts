import { workflowJsonSchema } from '@fusion-kit/formats/workflow-yaml/json-schema';

/** The published files that are made from code, by their path from the root, with the text they must have. */
export const schemaFiles = (): Record<string, string> => ({
  'docs/workflow.schema.json': `${JSON.stringify(workflowJsonSchema(), null, 2)}\n`,
});
