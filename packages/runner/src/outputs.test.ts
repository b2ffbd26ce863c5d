import { mapBlobs, sampleStart } from '@fusion-kit/testing/runner-parts';
import { expect, it } from 'vitest';
import { checkOutputs, keptOutputs } from './outputs.ts';

const plan = {
  $schema: 'http://json-schema.org/draft-07/schema#',
  type: 'object',
  properties: { items: { type: 'array', items: { $ref: '#/definitions/item' } } },
  required: ['items'],
  additionalProperties: false,
  definitions: { item: { properties: { name: { type: 'string', pattern: '^[a-z]+$' } }, required: ['name'] } },
};
const work = { ...sampleStart().work, outputs: ['plan'], outputSchemas: { plan } } as never;

it.each([
  ['{"items":[{"name":"one"}]}', undefined],
  ['{"items":[]}', undefined],
  ['{"items":[{"name":"one"},{"name":2}]}', 'output plan: /items/1/name must be string'],
  ['{"items":[{}]}', "output plan: /items/0 must have required property 'name'"],
  ['{"items":[],"more":1}', 'output plan: the whole must NOT have additional properties (more)'],
  ['[]', 'output plan: the whole must be object'],
  ['here you are: {"items":[]}', 'output plan: it is not JSON: '],
  ['', 'output plan: it is not JSON: '],
])('an output %s is answered with %s', (text, problem) => {
  const check = () => checkOutputs(work, { summary: 'done', plan: text });
  if (problem === undefined) return expect(check).not.toThrow();
  expect(check).toThrow(expect.objectContaining({ code: 'output_invalid', message: expect.stringContaining(problem) }));
});

it('a schema that cannot be used is said to be that', () => {
  const broken = { ...sampleStart().work, outputs: ['plan'], outputSchemas: { plan: { type: 'nothing' } } } as never;
  expect(() => checkOutputs(broken, { plan: '1' })).toThrow(/output plan: its schema cannot be used: /);
});

it('each pattern is asked for itself', () => {
  const properties = { one: { type: 'string', pattern: '^a$' }, two: { type: 'string', pattern: '^b$' } };
  const both = { ...sampleStart().work, outputs: ['plan'], outputSchemas: { plan: { properties } } } as never;
  expect(() => checkOutputs(both, { plan: '{"one":"a","two":"b"}' })).not.toThrow();
  expect(() => checkOutputs(both, { plan: '{"one":"a","two":"a"}' })).toThrow('/two must match pattern "^b$"');
});

it('a pattern that does not come to an end is given up', () => {
  const schema = { type: 'string', pattern: '^(a+)+$' };
  const slow = { ...sampleStart().work, outputs: ['plan'], outputSchemas: { plan: schema } } as never;
  expect(() => checkOutputs(slow, { plan: '"aaaa"' })).not.toThrow();
  expect(() => checkOutputs(slow, { plan: JSON.stringify(`${'a'.repeat(50)}!`) })).toThrow(/takes too long/);
});

it('keeps what a node declares and nothing else, within what an event has room for', async () => {
  const blobs = mapBlobs();
  const names = Array.from({ length: 20 }, (_, n) => `out${n}`);
  const claim = Object.fromEntries(names.slice(1).map((name) => [name, '\u0007'.repeat(5_000)]));
  const declared = { ...sampleStart().work, outputs: names } as never;
  const outputs = await keptOutputs(blobs, declared, { ...claim, summary: 'short', stray: 'x' });
  expect(Object.keys(outputs)).toEqual([...names, 'summary']);
  expect(outputs).toMatchObject({ out0: 'short', summary: 'short', out1: { size: 5_000 } });
  expect(JSON.stringify(outputs).length).toBeLessThan(7_000);
});
