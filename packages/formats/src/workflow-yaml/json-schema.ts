import * as z from 'zod';
import { WorkflowFile } from './file-schema.ts';

/** The JSON Schema (2020-12) of the workflow file, for editors and other programs. */
export const workflowJsonSchema = (): Record<string, unknown> => ({
  title: 'fusion-kit workflow',
  ...z.toJSONSchema(WorkflowFile, { io: 'input' }),
});
