import { readFileSync, globSync } from 'node:fs';
import { Ajv2020 } from 'ajv/dist/2020.js';
import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { parse } from 'yaml';
import { anyDefinition } from '@fusion-kit/testing/any-definition';
import { workflowJsonSchema } from './json-schema.ts';
import { readWorkflow } from './read.ts';
import { writeWorkflow } from './write.ts';

const ROOT = new URL('../../../../', import.meta.url).pathname;
const schema = workflowJsonSchema();
const published = new Ajv2020({ allowUnionTypes: true }).compile(schema);
const isAllowed = (file: string): boolean => published(parse(file));
const withNode = (node: string): string => `name: x\nnodes:\n  a: ${node}\n`;

test('the published schema knows the keys of the file and of every kind of node, and refuses others', () => {
  expect(schema).toMatchObject({
    $schema: 'https://json-schema.org/draft/2020-12/schema',
    required: ['name', 'nodes'],
    additionalProperties: false,
    $defs: { Nodes: { minProperties: 1 } },
  });
  const { oneOf } = (schema as { $defs: { Nodes: { additionalProperties: { oneOf: Record<string, unknown>[] } } } })
    .$defs.Nodes.additionalProperties;
  const kinds = oneOf as {
    properties: { kind: { const: string } };
    required: string[];
    additionalProperties: boolean;
  }[];
  expect(kinds.map(({ properties, required }) => [properties.kind.const, required])).toEqual([
    ['agent', ['prompt']],
    ['command', ['run']],
    ['approval', ['message']],
    ['condition', ['if']],
    ['join', ['kind']],
    ['map', ['over', 'body']],
    ['loop', ['max', 'body']],
    ['subworkflow', []],
  ]);
  expect(kinds.every(({ additionalProperties }) => !additionalProperties)).toBe(true);
});

test('generated files keep to it', () => {
  fc.assert(
    fc.property(anyDefinition, (definition) => {
      expect(isAllowed(writeWorkflow(definition))).toBe(true);
    }),
    { numRuns: 100 },
  );
});

test('the examples and the files that the documents show keep to it', () => {
  const examples = globSync('examples/*.workflow.yaml', { cwd: ROOT }).map((path) => readFileSync(ROOT + path, 'utf8'));
  const shown = readFileSync(`${ROOT}docs/workflows.md`, 'utf8').matchAll(/^```yaml\n([\s\S]*?)^```$/gm);
  const files = [...examples, ...[...shown].map(([, body]) => body!)];
  expect(files.length).toBeGreaterThan(3);
  expect(files.filter((file) => !isAllowed(file))).toEqual([]);
});

test.each([
  ['{ prompt: p }', true],
  ['{ run: npm test, exitCodes: 1 }', true],
  ['{ message: Go on?, options: [ship, { id: hold, outcome: skip }] }', true],
  ['{ if: true }', true],
  ['{ kind: join }', true],
  ['{ over: [1, two], body: { b: { prompt: p } } }', true],
  ['{ max: 3, body: { b: { run: x } } }', true],
  ['{ workflow: other }', true],
  ['{ body: { b: { run: x } } }', true],
  ['{}', false],
  ['{ verify: x }', false],
  ['{ prompt: p, run: x }', false],
  ['{ kind: map, prompt: p }', false],
  ['{ over: x, body: {} }', false],
  ['{ over: x, body: { b: { promt: p } } }', false],
  ['{ prompt: p, timeout: 30 }', false],
])('reader and schema agree on %s', (node, allowed) => {
  expect(isAllowed(withNode(node))).toBe(allowed);
  const read = () => readWorkflow(withNode(node.replace('over: x,', "over: '[]',")), 'a.yaml');
  if (allowed) expect(read().definition.nodes).toHaveLength(1);
  else expect(read).toThrow('a.yaml:');
});
