import { expect, test } from 'vitest';
import { workflowJsonSchema } from './json-schema.ts';

test('the published schema knows the keys of the file and refuses others', () => {
  const schema = workflowJsonSchema();
  expect(schema).toMatchObject({
    $schema: 'https://json-schema.org/draft/2020-12/schema',
    required: ['name', 'nodes'],
    additionalProperties: false,
    properties: {
      nodes: {
        minProperties: 1,
        additionalProperties: {
          oneOf: [
            {
              required: ['prompt'],
              additionalProperties: false,
              properties: { timeout: { default: '30m' }, verify: { anyOf: [{ type: 'string' }, { type: 'array' }] } },
            },
          ],
        },
      },
    },
  });
});
