import { EVENT_TYPES } from '@fusion-kit/domain/event';
import { expect, it } from 'vitest';
import { demoRecording } from '../../../dev/recording.ts';
import { eventLine, EVENT_LINE_TYPES, reasonLine } from './event-line.ts';

const NAMES = { agent: () => 'ash', task: () => 'discount', run: () => 'repair' };

it('has a sentence for every type of event', () => {
  expect([...EVENT_LINE_TYPES].toSorted()).toEqual([...EVENT_TYPES].toSorted());
});

it('writes every event of a whole run as one line that names what it is about', () => {
  const lines = demoRecording(0).map(({ event }) => eventLine(event, NAMES));
  for (const line of lines) {
    expect(line).toMatch(/\S/);
    expect(line).not.toMatch(/\n|undefined|\[object|[a-z]{3}_0{5}/);
  }
  expect(lines).toContain('ash edit_file src/discount.js');
  expect(lines).toContain('discount completed, landed as b4f09c1b');
});

it('names the task that made another one impossible', () => {
  expect(reasonLine('dependency_failed:tsk_1', NAMES)).toBe('discount did not complete');
  expect(reasonLine('dependency_completed:tsk_1', NAMES)).toBe(
    'discount completed, and this is the way for when it does not',
  );
  expect(reasonLine('dependency_skipped:tsk_1', NAMES)).toBe('discount was skipped');
  expect(reasonLine('cancelled by a person', NAMES)).toBe('cancelled by a person');
});
