import * as z from 'zod';
import { TELLING_KEYS } from '../node-kinds/kinds.ts';
import { WorkflowFile } from './file-schema.ts';

interface KindSchema {
  properties: Record<string, { const?: string }>;
  required?: string[];
  anyOf?: { required: string[] }[];
}

/** The JSON Schema (2020-12) of the workflow file, for editors and other programs. */
export const workflowJsonSchema = (): Record<string, unknown> => ({
  title: 'fusion-kit workflow',
  ...z.toJSONSchema(WorkflowFile, {
    io: 'input',
    override: ({ jsonSchema }) => {
      if (jsonSchema.properties?.['kind']) tellByKeys(jsonSchema as KindSchema);
    },
  }),
});

/** Lets a node leave its kind out where one of its keys tells it, as the reader does. */
function tellByKeys(schema: KindSchema): void {
  const { required = [] } = schema;
  const telling = Object.entries(TELLING_KEYS).flatMap(([key, kind]) =>
    kind === schema.properties['kind']?.const ? [key] : [],
  );
  if (telling.length === 0) return;
  schema.required = required.filter((key) => key !== 'kind');
  if (!telling.some((key) => required.includes(key)))
    schema.anyOf = ['kind', ...telling].map((key) => ({ required: [key] }));
}
