import { expect, it } from 'vitest';
import { acceptLabel, isPlain, labelShifts } from './accept-label.ts';

it('says nothing of an edge that waits for completion, and names what others wait for', () => {
  expect(acceptLabel(['completed'], 'agent')).toBeUndefined();
  expect(acceptLabel(['failed'], 'command')).toBe('if failed');
  expect(acceptLabel(['skipped'], 'agent')).toBe('if skipped');
  expect(acceptLabel(['completed', 'failed'], 'agent')).toBe('or failed');
  expect(acceptLabel(['skipped', 'failed'], 'agent')).toBe('if skipped or failed');
  expect(acceptLabel(['completed', 'skipped', 'failed'], 'agent')).toBe('in any case');
  expect([isPlain(['completed']), isPlain(['skipped']), isPlain(['completed', 'failed'])]).toEqual([
    true,
    false,
    false,
  ]);
});

it('calls the ways out of a condition true and false', () => {
  expect(acceptLabel(['completed'], 'condition')).toBe('true');
  expect(acceptLabel(['skipped'], 'condition')).toBe('false');
  expect(acceptLabel(['completed', 'skipped'], 'condition')).toBe('or skipped');
});

it('puts the labels of one card below each other in the order of where they lead, so that none hides another', () => {
  const edge = (id: string, y: number, label?: string) => ({ id, source: 'card', label, y });
  const shifts = labelShifts([
    edge('down', 300, 'true'),
    edge('plain', 0),
    edge('up', 10, 'false'),
    { ...edge('lonely', 5, 'if failed'), source: 'other' },
  ]);
  expect(shifts.get('lonely')).toBe(0);
  expect(shifts.get('up')).toBe(-shifts.get('down')!);
  expect(shifts.get('up')).toBeLessThan(0);
  expect(shifts.has('plain')).toBe(false);
});
