import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { FusionError } from './errors.ts';
import { fill, parseTemplate, references } from './expression.ts';

const caught = (work: () => unknown): FusionError => {
  try {
    work();
  } catch (error) {
    if (error instanceof FusionError) return error;
    throw error;
  }
  throw new Error('nothing was thrown');
};
const values = { inputs: { goal: 'a list' }, outputs: { plan: { summary: 'two files' } } };

test('inputs and outputs are put in, with or without spaces', () => {
  expect(fill('Build ${{ inputs.goal }}: ${{nodes.plan.outputs.summary}}.', values)).toBe('Build a list: two files.');
});

test('a doubled dollar keeps the braces as they are', () => {
  expect(fill('write $${{ inputs.goal }} there, ${{ inputs.goal }} here', values)).toBe(
    'write ${{ inputs.goal }} there, a list here',
  );
});

test('references say what they refer to and where they stand', () => {
  expect(references('a\n  ${{ inputs.goal }}\n${{ nodes.plan.outputs.summary }}')).toEqual([
    { kind: 'input', name: 'goal', offset: 4, line: 2, column: 3 },
    { kind: 'output', node: 'plan', name: 'summary', offset: 23, line: 3, column: 1 },
  ]);
});

test.each([
  ['one\ntwo ${{ inputs.goal', 2, 5, 'not closed'],
  ['${{ process.exit(1) }}', 1, 1, 'neither inputs.NAME nor nodes.ID.outputs.NAME'],
  ['${{ inputs.a.b }}', 1, 1, 'inputs.a.b'],
  ['${{}}', 1, 1, 'neither'],
])('%j is refused with its place', (text, line, column, message) => {
  const error = caught(() => parseTemplate(text));
  expect(error.code).toBe('expression_invalid');
  expect(error.details).toMatchObject({ line, column });
  expect(error.message).toContain(message);
});

test('a missing value is named, and inherited properties are not values', () => {
  expect(caught(() => fill('${{ inputs.other }}', values)).message).toContain('input other has no value');
  expect(caught(() => fill('${{ nodes.plan.outputs.files }}', values)).message).toContain(
    'node plan gave no output files',
  );
  expect(caught(() => fill('${{ inputs.constructor }}', values)).code).toBe('expression_invalid');
  expect(caught(() => fill('${{ nodes.toString.outputs.name }}', values)).code).toBe('expression_invalid');
});

test('values that look like expressions are not read again', () => {
  expect(fill('${{ inputs.goal }}', { inputs: { goal: '${{ inputs.secret }}' }, outputs: {} })).toBe(
    '${{ inputs.secret }}',
  );
});

test('any text without an opening, and any text with its openings escaped, comes back as it was', () => {
  const pieces = fc.array(fc.oneof(fc.string(), fc.constantFrom('${', '{{', '}}', '\n', '${{ x }}')), { maxLength: 8 });
  fc.assert(
    fc.property(pieces, (parts) => {
      const text = parts.join('');
      const escaped = text.replaceAll('${{', (opening) => `$${opening}`);
      expect(fill(escaped, { inputs: {}, outputs: {} })).toBe(text);
    }),
  );
});
