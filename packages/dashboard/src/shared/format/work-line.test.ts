import { expect, it } from 'vitest';
import { RELEASE_DEFINITION } from '../../../dev/recording-kinds.ts';
import { itemLabel, workLine } from './work-line.ts';

it('says in one line what a node of every kind does', () => {
  const lines = Object.fromEntries(RELEASE_DEFINITION.nodes.map(({ id, work }) => [id, workLine(work)]));
  expect(lines).toMatchObject({
    survey: 'List every module that asks for a price.',
    database: '$ npm run db:reset && npm run db:seed',
    risky: "if nodes.survey.outputs.risk == 'high'",
    'sign-off': 'asks the release manager',
    migrate: 'over fromJson(nodes.survey.outputs.files), 2 at a time',
    repair: "until nodes.ask.outputs.exitCode == '0', at most 5 rounds",
    notes: 'runs release-notes',
    together: '$ npm test',
  });
});

it('names items by what they are, and rounds by their number', () => {
  expect(itemLabel('map', 2, '"src/b.js"')).toBe('item 2 · src/b.js');
  expect(itemLabel('map', 2, '{"id":7}')).toBe('item 2 · {"id":7}');
  expect(itemLabel('map', 3, '"cut off in the mid')).toBe('item 3 · "cut off in the mid');
  expect(itemLabel('loop', 3, undefined)).toBe('round 3');
  expect(itemLabel('subworkflow', 1, undefined)).toBe('');
});
