import { expect, test } from 'vitest';
import { didYouMean, nearest } from './nearest.ts';

test('the closest candidate is meant, whatever the case and the order of neighbours', () => {
  expect(nearest('promt', ['prompt', 'priority', 'outputs'])).toBe('prompt');
  expect(nearest('TITLE', ['timeout', 'title'])).toBe('title');
  expect(nearest('bulid', ['build', 'bold'])).toBe('build');
});

test('a word that is far from all of them suggests nothing', () => {
  expect(nearest('colour', ['prompt', 'needs'])).toBeUndefined();
  expect(nearest('x', ['abc'])).toBeUndefined();
  expect(didYouMean('colour', ['needs'])).toBe('');
});

test('the suggestion reads as the end of a sentence', () => {
  expect(didYouMean('need', ['needs'])).toBe(' (did you mean needs?)');
});
