import { expect, it } from 'vitest';
import { acceptLabel, isPlain, labelPlace } from './accept-label.ts';

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

it('puts what a short edge says in its middle, and of a long one near its beginning', () => {
  expect(labelPlace({ sourceX: 0, sourceY: 0, targetX: 60, targetY: 100 })).toEqual({ x: 30, y: 50 });
  const { x, y } = labelPlace({ sourceX: 0, sourceY: 0, targetX: 900, targetY: 100 });
  expect(x).toBeGreaterThan(20);
  expect(x).toBeLessThan(50);
  expect(y).toBeLessThan(5);
});
