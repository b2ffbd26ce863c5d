import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { FusionError } from '../errors.ts';
import { shellQuote } from './shell-word.ts';
import { fill, fillWith, parseTemplate, references } from './template.ts';

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
    { kind: 'input', name: 'goal', offset: 8, line: 2, column: 7 },
    { kind: 'output', node: 'plan', name: 'summary', offset: 27, line: 3, column: 5 },
  ]);
});

test.each([
  ['one\ntwo ${{ inputs.goal', 2, 5, 'not closed'],
  ['${{ process.exit(1) }}', 1, 5, 'process is nothing to speak of'],
  ['${{ inputs.a.b }}', 1, 13, 'fromJson'],
  ['${{}}', 1, 4, 'empty'],
  ["x ${{ '}} }}", 1, 7, 'not closed'],
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

test('braces inside a quoted text do not end an expression', () => {
  expect(fill("${{ default(nodes.plan.outputs.files, '}} and ${{') }}.", values)).toBe('}} and ${{.');
});

test('what is no text is put in as JSON', () => {
  const names = { item: { path: 'a.ts', lines: [1, 2] }, index: 3 };
  expect(fill('${{ index }}: ${{ item }} ${{ index > 2 }}', { ...values, names })).toBe(
    '3: {"path":"a.ts","lines":[1,2]} true',
  );
});

test('what may be missing is given another value', () => {
  expect(fill("${{ inputs.other | default('none') }}${{ inputs.other | default }}", values)).toBe('none');
  expect(caught(() => fill('${{ inputs.other | lower }}', values)).message).toContain(
    '${{ inputs.other | lower }} has no value; give it one with default',
  );
});

test('in a command every value is one word of the shell, whatever it holds', () => {
  const hostile = { inputs: { name: `it's $(touch /tmp/x) "; rm -rf ~` }, outputs: {} };
  expect(fillWith('echo ${{ inputs.name }}', hostile, shellQuote)).toBe(
    String.raw`echo 'it'\''s $(touch /tmp/x) "; rm -rf ~'`,
  );
  expect(caught(() => fillWith('${{ inputs.name }}', { inputs: { name: 'a\0b' }, outputs: {} }, shellQuote)).code).toBe(
    'expression_invalid',
  );
});

test('a filled text has an end', () => {
  const long = { inputs: { text: 'x'.repeat(600_000) }, outputs: {} };
  expect(fill('${{ inputs.text }}', long)).toHaveLength(600_000);
  expect(caught(() => fill('${{ inputs.text }}${{ inputs.text }}', long)).message).toContain(
    'more than 1000000 characters',
  );
});
