import * as fc from 'fast-check';
import { parse } from 'jsonc-parser';
import { expect, test } from 'vitest';
import { mergeSettings } from './merge-settings.ts';

const TEMPLATE = '{"chat.prompts": {"plan": true, "tasks": true}, "auto": {"scripts/": true}}\n';
const KEYS = { 'chat.prompts': { plan: true, tasks: true }, auto: { 'scripts/': true } };

const textOf = (theirs: string): string => {
  const merged = mergeSettings(theirs, TEMPLATE);
  if (!('text' in merged)) throw new Error(merged.keptBecause);
  return merged.text;
};

test.each([
  ['nothing', '', KEYS],
  ['blanks', ' \n', KEYS],
  ['no object', '[1]', KEYS],
  ['other keys', '{"a": [1, {"b": 2}]}', { a: [1, { b: 2 }], ...KEYS }],
  [
    'one of the keys',
    '{"chat.prompts": {"mine": 1, "plan": false}}',
    { 'chat.prompts': { mine: 1, plan: true, tasks: true }, auto: KEYS.auto },
  ],
  ['something else under a key', '{"auto": [1], "chat.prompts": null}', KEYS],
])('%s in plain JSON', (_what, theirs, expected) => {
  expect(JSON.parse(textOf(theirs))).toEqual(expected);
});

test('plain JSON is written with four blanks, in the order it had, in ASCII, its numbers as they were', () => {
  expect(textOf('{"10": 1.0, "2": 12345678901234567890, "n": "é😀\\u0007", "e": {}, "l": []}')).toBe(`{
    "10": 1.0,
    "2": 12345678901234567890,
    "n": "\\u00e9\\ud83d\\ude00\\u0007",
    "e": {},
    "l": [],
    "chat.prompts": {
        "plan": true,
        "tasks": true
    },
    "auto": {
        "scripts/": true
    }
}
`);
});

test('comments, trailing commas, tabs and what follows stay as they are', () => {
  const theirs =
    '// head\n{\n\t// of a\n\t"a": 1, /* b */ "b": [ 1,2 ],\n\t"chat.prompts": { "plan": false, },\n}\n// end\n';
  const text = textOf(theirs);
  expect(text).toContain('// head\n{\n\t// of a\n\t"a": 1, /* b */ "b": [ 1,2 ],\n');
  expect(text).toContain('// end\n');
  expect(text).toMatch(/\n\t"auto": \{\n\t\t"scripts\/": true\n\t\}/);
  const errors: never[] = [];
  expect(parse(text, errors, { allowTrailingComma: true })).toEqual({ a: 1, b: [1, 2], ...KEYS });
  expect(errors).toEqual([]);
  expect(textOf(text)).toBe(text);
});

test.each([
  ['a byte order mark', '\uFEFF{"a": 1}', { a: 1, ...KEYS }],
  ['Windows line ends', '{\r\n  // c\r\n  "a": 1\r\n}\r\n', { a: 1, ...KEYS }],
  ['a scalar where an object goes', '{ /* c */ "auto": 3, "chat.prompts": [1] }', KEYS],
  ['an empty object', '{ // c\n}', KEYS],
])('with %s', (_what, theirs, expected) => {
  const text = textOf(theirs);
  expect(parse(text.replace('\uFEFF', ''), [], { allowTrailingComma: true })).toEqual(expected);
  expect(text.startsWith('\uFEFF')).toBe(theirs.startsWith('\uFEFF'));
  expect(text.includes('\r\n')).toBe(theirs.includes('\r\n'));
});

test.each(['{', '{"a": }', 'hello', '// only a comment', '{"a": 1} }'])('%j is left alone', (theirs) => {
  expect(mergeSettings(theirs, TEMPLATE)).toHaveProperty('keptBecause');
});

test('whatever the settings are, with or without a comment, nothing of them is lost and the template is in them', () => {
  fc.assert(
    fc.property(fc.dictionary(fc.string(), fc.jsonValue()), fc.boolean(), (settings, comment) => {
      const text = textOf(JSON.stringify(settings) + (comment ? ' // c' : ''));
      const merged = parse(text) as Record<string, unknown>;
      for (const [key, value] of Object.entries(JSON.parse(JSON.stringify(settings)) as object))
        if (!(key in KEYS)) expect(Object.entries(merged)).toContainEqual([key, value]);
      expect(merged).toMatchObject(KEYS);
    }),
  );
});
