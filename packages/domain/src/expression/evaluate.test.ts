import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { FusionError } from '../errors.ts';
import { evaluate, isTrue } from './evaluate.ts';
import { FUNCTIONS } from './functions.ts';
import { expressionReferences } from './references.ts';
import type { Json, Values } from './values.ts';

const values: Values = {
  inputs: { goal: 'a list', 'dry-run': 'false', count: '10', files: '["a.ts","b.ts"]', long: 'x'.repeat(900_000) },
  outputs: { 'list-it': { found: '[{"path":"a.ts","size":3},{"path":"b.ts"}]', exitCode: '0' } },
  states: { 'list-it': 'completed' },
  names: { item: { path: 'a.ts', tags: ['x', 'y'] }, index: 2 },
  run: { id: 'run_1', branch: 'fusion/one' },
};
const of = (expression: string): Json => evaluate(expression, values);
const refusal = (expression: string): FusionError => {
  try {
    of(expression);
  } catch (error) {
    if (error instanceof FusionError) return error;
    throw error;
  }
  throw new Error(`${expression} has a value`);
};

describe('an expression', () => {
  test.each<[string, Json]>([
    ['inputs.goal', 'a list'],
    ['inputs.dry-run', 'false'],
    ["inputs['goal']", 'a list'],
    ['nodes.list-it.outputs.exitCode', '0'],
    ["nodes['list-it'].outputs['exitCode']", '0'],
    ['nodes.list-it.state', 'completed'],
    ['run.id', 'run_1'],
    ['run.branch', 'fusion/one'],
    ['item.path', 'a.ts'],
    ['item.tags[1]', 'y'],
    ['item.tags[index]', null],
    ['index', 2],
    ['iteration', null],
    ['inputs.unknown', null],
    ['nodes.lost.outputs.x', null],
    ['item.a.b.c[0]', null],
    ['-1.5e3', -1500],
    [String.raw`'it\'s\n"\\"'`, 'it\'s\n"\\"'],
    ["[1, 'two', true, null, [3]]", [1, 'two', true, null, [3]]],
    ['fromJson(inputs.files)[1]', 'b.ts'],
    ['fromJson(nodes.list-it.outputs.found)[0].size', 3],
  ])('%s is looked up', (expression, value) => expect(of(expression)).toEqual(value));

  test.each<[string, Json]>([
    ['1 < 2 and 2 < 3', true],
    ['1 > 2 || 3 > 2', true],
    ["not inputs.dry-run == 'false'", false],
    ['!inputs.dry-run == true', true],
    ['not inputs.dry-run', true],
    ["inputs.nothing or inputs.goal or 'last'", 'a list'],
    ["inputs.goal and 'yes'", 'yes'],
    ['true or false and false', true],
    ['(true or false) and false', false],
    ["'list' in inputs.goal", true],
    ["'b.ts' in fromJson(inputs.files)", true],
    ["'c.ts' not in fromJson(inputs.files)", true],
    ["'path' in item", true],
    ['1 in inputs.count', true],
    ['inputs.nothing in inputs.goal', false],
  ])('%s is decided', (expression, value) => expect(of(expression)).toBe(value));

  test.each<[string, boolean]>([
    ['nodes.list-it.outputs.exitCode == 0', true],
    ["'0' == 0", true],
    ["0 == ' 0.0 '", true],
    ["'0' == '0.0'", false],
    ["'' == 0", false],
    ["'x' == 0", false],
    ['inputs.dry-run == false', true],
    ['null == false', false],
    ['inputs.nothing == null', true],
    ["inputs.count > '9'", true],
    ['inputs.count > 9', true],
    ["'b' > 'a'", true],
    ["'b' > 1", false],
    ['null < 1', false],
    ['[1] < [2]', false],
    ["[1, ['2']] == ['1', [2]]", true],
    ['item == fromJson(\'{"tags":["x","y"],"path":"a.ts"}\')', true],
    ['item != fromJson(\'{"path":"a.ts"}\')', true],
  ])('%s compares %s', (expression, value) => expect(of(expression)).toBe(value));

  test.each<[string, Json]>([
    ["inputs.nothing | default('x')", 'x'],
    ["'' | default('x')", 'x'],
    ["0 | default('x')", 0],
    ['inputs.nothing | default', ''],
    ['fromJson(inputs.files) | join', 'a.ts, b.ts'],
    ["join([1, null, 'a', [2]], '-')", '1--a-[2]'],
    ["'a,b' | split(',')", ['a', 'b']],
    ["fromJson(nodes.list-it.outputs.found) | map('path') | join(' ')", 'a.ts b.ts'],
    ["map([item], 'tags')", [['x', 'y']]],
    ["contains(inputs.goal, 'list')", true],
    ['contains([1, 2], 2)', true],
    ["inputs.goal | startsWith('a')", true],
    ["endsWith(inputs.goal, 'a')", false],
    ['length(inputs.goal)', 6],
    ['item.tags | length', 2],
    ['length(item)', 2],
    ["' A ' | trim | lower", 'a'],
    ['upper(inputs.goal)', 'A LIST'],
    ["lines('a\\n\\n b \\r\\n')", ['a', 'b']],
    ['toJson(item.tags)', '["x","y"]'],
    ['inputs.nothing | lower | split(inputs.nothing) | length', null],
    ["length('a' | default('')) == 1", true],
    ["inputs.nothing | default('abc') | length > 2", true],
  ])('%s is worked out', (expression, value) => expect(of(expression)).toEqual(value));
});

test.each<[string, number, string]>([
  ['', 1, 'empty'],
  ['   ', 4, 'empty'],
  ['inputs.goal inputs.goal', 13, 'inputs cannot follow here'],
  ['inputs', 7, 'inputs.NAME'],
  ['inputs[index]', 8, 'inputs.NAME'],
  ['nodes.a', 8, 'outputs or state is missing'],
  ['nodes.a.output.x', 9, 'did you mean outputs?'],
  ['run.brunch', 5, 'did you mean branch?'],
  ['input.goal', 1, 'did you mean inputs?'],
  ['inputs.goal.size', 12, 'fromJson'],
  ['defualt(inputs.x)', 1, 'did you mean default?'],
  ["inputs.x | splt(',')", 12, 'did you mean split?'],
  ['eval(1)', 1, 'there is no function eval'],
  ['constructor(1)', 1, 'there is no function constructor'],
  ['split(inputs.goal)', 1, "split is used as split(text, ',')"],
  ["lower('a', 'b')", 1, 'lower is used as'],
  ['item.path()', 10, '( cannot follow here'],
  ['1 < 2 < 3', 7, 'cannot be chained'],
  ['1 = 1', 3, 'did you mean ==?'],
  ['true & false', 6, 'did you mean &&?'],
  ['1 +2', 3, '"+" has no meaning'],
  ['(1', 3, ') is missing before the end'],
  ['[1 2]', 4, ', is missing before 2'],
  ['1 not 2', 7, 'in is missing'],
  ['and 1', 1, 'a value is missing before and'],
  ["'abc", 1, "' is missing"],
  [String.raw`'a\d'`, 3, 'after a \\ only'],
  ['${{ inputs.goal }}', 1, 'leave ${{ and }} out'],
  ['`x`', 1, 'has no meaning'],
  ['\u{1f600}', 1, '\u{1f600}'],
  ['join(1)', 1, 'join needs a list, not a number'],
  ['true and ([1] | lower)', 17, 'lower needs a text, not a list'],
  ["fromJson('{')", 1, 'not JSON'],
])('%j is refused at column %i', (expression, column, message) => {
  const error = refusal(expression);
  expect(error).toMatchObject({ code: 'expression_invalid', details: { offset: column - 1, line: 1, column } });
  expect(error.message).toContain(message);
});

test('only own properties are there', () => {
  for (const name of ['constructor', '__proto__', 'toString', 'length', 'hasOwnProperty']) {
    expect(of(`inputs.${name}`)).toBeNull();
    expect(of(`nodes.${name}.outputs.${name}`)).toBeNull();
    expect(of(`nodes.list-it.outputs.${name}`)).toBeNull();
    expect(of(`item.${name}`)).toBeNull();
    expect(of(`item.tags.${name}`)).toBeNull();
    expect(of(`'${name}' in item`)).toBe(false);
    expect(of(`map([item], '${name}')`)).toEqual([null]);
  }
});

test('true is what is not false, null, 0, empty or the text false', () => {
  expect([false, null, 0, '', 'false'].map(isTrue)).toEqual([false, false, false, false, false]);
  expect([true, 1, '0', 'no', [], {}].map(isTrue)).toEqual([true, true, true, true, true, true]);
});

describe('what is too much is refused', () => {
  test.each([
    ['1'.repeat(4_001), 'longer than 4000 characters'],
    [`${'('.repeat(60)}1${')'.repeat(60)}`, 'nested more than 50 deep'],
    [`${'!'.repeat(3_000)}1`, 'nested more than 50 deep'],
    [`${'not '.repeat(900)}1`, 'nested more than 50 deep'],
    [`'a'${'|trim'.repeat(700)}`, 'more than 50 filters'],
    ["inputs.long | split('x')", 'a list of more than 10000 entries'],
    ['toJson([inputs.long, inputs.long])', 'more than 1000000 characters'],
    ['join([inputs.long, inputs.long])', 'more than 1000000 characters'],
    ['contains(inputs.long, inputs.long | lower)', 'more than 10000 characters'],
    [`fromJson('${'['.repeat(150)}${']'.repeat(150)}')`, 'nested more than 100 deep'],
    [`[${Array.from({ length: 20 }, () => "contains(inputs.long, 'y')").join(', ')}]`, 'takes too long'],
  ])('%.40s', (expression, message) => expect(refusal(expression).message).toContain(message));

  test('JSON of any depth, without harm', () => {
    const deep = { ...values, inputs: { deep: `${'['.repeat(400_000)}${']'.repeat(400_000)}` } };
    expect(() => evaluate('fromJson(inputs.deep)', deep)).toThrow('nested more than 100 deep');
  });
});

test('references are found wherever they stand', () => {
  const found = expressionReferences("[item, map(inputs.a, 'x')] == nodes.b.outputs.c or not run.id in nodes.d.state");
  expect(found.map(({ line: _line, column: _column, ...reference }) => reference)).toEqual([
    { kind: 'name', name: 'item', offset: 1 },
    { kind: 'input', name: 'a', offset: 11 },
    { kind: 'output', node: 'b', name: 'c', offset: 30 },
    { kind: 'run', name: 'id', offset: 55 },
    { kind: 'state', node: 'd', offset: 65 },
  ]);
});

describe('whatever is written', () => {
  const roots = 'inputs nodes outputs state run item goal list-it found long __proto__ constructor';
  const signs = ". [ ] ( ) , | || && ! == < in not and or null true 0 -1.5 'x' \" ' \\ }} ${{ \n";
  const word = fc.constantFrom(...roots.split(' '), ...signs.split(' '), ...Object.keys(FUNCTIONS));
  const text = fc.array(fc.oneof(word, fc.string({ maxLength: 5 })), { maxLength: 40 }).map((words) => words.join(' '));

  test('an expression has a value or is refused with its place', () => {
    fc.assert(
      fc.property(text, (expression) => {
        try {
          JSON.stringify(of(expression));
        } catch (error) {
          expect(error).toBeInstanceOf(FusionError);
          expect(error).toMatchObject({ code: 'expression_invalid', details: { offset: expect.any(Number) } });
        }
      }),
      { numRuns: 3_000 },
    );
  });

  const json = fc.jsonValue({ maxDepth: 4 }) as fc.Arbitrary<Json>;
  const literal: fc.Arbitrary<Json> = fc.letrec<{ any: Json }>((tie) => ({
    any: fc.oneof(
      { depthSize: 'small' },
      fc.constantFrom<Json[]>(null, true, false),
      fc.integer(),
      fc.string(),
      fc.array(tie('any'), { maxLength: 4 }),
    ),
  })).any;
  const written = (value: Json): string => {
    if (Array.isArray(value)) return `[${value.map(written).join(', ')}]`;
    if (typeof value !== 'string') return JSON.stringify(value);
    return `'${value.replaceAll('\\', '\\\\').replaceAll("'", String.raw`\'`)}'`;
  };

  test('a value that is written down is read as it was', () => {
    fc.assert(
      fc.property(literal, (value) => {
        expect(of(written(value))).toEqual(value);
      }),
    );
  });

  test('JSON goes through toJson and fromJson unchanged', () => {
    fc.assert(
      fc.property(json, (item) => {
        expect(evaluate('fromJson(toJson(item))', { ...values, names: { item } })).toEqual(
          JSON.parse(JSON.stringify(item)),
        );
        expect(evaluate('fromJson(toJson(item)) == item', { ...values, names: { item } })).toBe(true);
      }),
    );
  });
});
