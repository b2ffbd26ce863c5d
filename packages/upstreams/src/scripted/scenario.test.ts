import { FusionError } from '@fusion-kit/domain/errors';
import { expect, it } from 'vitest';
import { readScenario } from './scenario.ts';

const reading = (text: string) => {
  try {
    return readScenario(text, 'demo.json');
  } catch (error) {
    return error instanceof FusionError ? `${error.code}: ${error.message}` : error;
  }
};

it('reads a scenario and fills in what a step leaves out', () => {
  expect(reading('[{"name": "a", "match": "A", "steps": [{"tool": "shell"}]}]')).toEqual([
    { name: 'a', match: 'A', steps: [{ tool: 'shell', args: {} }] },
  ]);
});

it('names the file and the place of a mistake', () => {
  expect(reading('[{"name": "a",}]')).toMatch(/^bad_request: demo\.json is not JSON: .*line 1 column 15/);
  expect(reading('[{"name": "a", "match": "", "steps": []}]')).toMatch(/^bad_request: demo\.json[^]*\[0\]\.match/);
  expect(reading('[{"name": "a", "match": "A", "steps": [{"tool": "x", "arg": {}}]}]')).toMatch(/\[0\]\.steps\[0\]/);
});
