import { expect, it } from 'vitest';
import { RELEASE_DEFINITION } from '../../../dev/recording-kinds.ts';
import { linesOf, needsLine } from './node-lines.ts';

it('lists nodes with those inside them below, set in', () => {
  const lines = linesOf(RELEASE_DEFINITION.nodes).map(({ path, depth }) => `${depth} ${path}`);
  expect(lines.slice(6, 10)).toEqual(['0 migrate', '1 migrate/move', '1 migrate/lint', '0 repair']);
});

it('says what a node comes after, and when it does', () => {
  const said = (id: string) => needsLine(RELEASE_DEFINITION.nodes.find((node) => node.id === id)!);
  expect(said('survey')).toBe('');
  expect(said('explain')).toBe('after measure (if failed)');
  expect(said('announce')).toBe("after publish · when inputs.announce == 'yes'");
});
