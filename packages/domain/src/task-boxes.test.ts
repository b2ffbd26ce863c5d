import { describe, expect, it } from 'vitest';
import { mergeTicks, openLines, taskBox, tickBoxes } from './task-boxes.ts';

describe('a box', () => {
  it.each([
    ['- [ ] T001 Text', 'T001', false],
    ['- [x] T002 Text', 'T002', true],
    ['- [X] T1000', 'T1000', true],
    ['* [ ] T003 Text', 'T003', false],
    ['\t- [ ] T004 Text', 'T004', false],
    ['- [ ] **T005** Text', 'T005', false],
    ['- [ ] **T006: Text** more', 'T006', false],
    ['- [ ] [T007] Text', 'T007', false],
    ['- [ ] T010a Text', 'T010a', false],
    ['- [ ] T010.1 Text', 'T010.1', false],
    ['- [ ] T011-T013 Text', 'T011', false],
  ])('stands in %s', (line, id, done) => {
    expect(taskBox(line)).toMatchObject({ id, done });
  });

  it.each([
    '- [ ] T12 Text',
    '- [] T014 Text',
    '- [-] T020 Text',
    '1. [ ] T023',
    '- [ ] t018 Text',
    'T013 Text',
    '- [ ] TXXX',
  ])('does not stand in %s', (line) => {
    expect(taskBox(line)).toBeUndefined();
  });
});

describe('ticking', () => {
  it('changes one character of each box and nothing else', () => {
    const text =
      '\uFEFF# Tasks\r\n\r\n  * [ ] **T001** One  \r\n- [X] T002 Two\r\n-  [ ]  T003 Three\n- [ ] T004 Four\r- [ ] T999\n\n';
    const after = tickBoxes(text, ['T001', 'T002', 'T003', 'T404']);
    expect(after.text).toBe(text.replace('[ ] **T001', '[x] **T001').replace('[ ]  T003', '[x]  T003'));
    expect(after.ticked).toEqual(['T001', 'T003']);
    expect(after.missing).toEqual(['T404']);
  });

  it('leaves fenced code and comments alone, however long their fences are', () => {
    const text = [
      '```md',
      '- [ ] T001 in code',
      '```',
      '~~~~',
      '~~~',
      '- [ ] T001 in tildes',
      '~~~~ ',
      '<!-- note',
      '- [ ] T001 in a comment',
      '--> <!-- again',
      '- [ ] T001 in the next one',
      '-->',
      '```inline``` is no fence, nor is `<!--` a comment',
      '- [ ] T001 the task <!-- it opens here',
      '- [ ] T001 hidden',
      '--> - [ ] T001 no line of its own',
      '- [ ] T002 the last',
    ].join('\n');
    const { text: after, ticked } = tickBoxes(text, ['T001', 'T002']);
    expect(ticked).toEqual(['T001', 'T002']);
    expect(after).toBe(text.replace('[ ] T001 the task', '[x] T001 the task').replace('[ ] T002', '[x] T002'));
  });

  it('counts code that is never closed to the end', () => {
    expect(tickBoxes('```\n- [ ] T001 a', ['T001'])).toMatchObject({ ticked: [], missing: ['T001'] });
  });

  it('is done with hostile lines at once', () => {
    const hostile = [
      ' '.repeat(1_000_000),
      `- [ ] ${' '.repeat(1_000_000)}T001`,
      `- [ ] ${'*'.repeat(1_000_000)}`,
      '`'.repeat(1_000_000),
      '<!---->'.repeat(150_000),
      '`<!--'.repeat(200_000),
      `- [ ] T${'1'.repeat(1_000_000)}`,
    ].join('\n');
    expect(tickBoxes(hostile, ['T001']).text).toBe(hostile);
    expect([...openLines(hostile)].length).toBeLessThanOrEqual(7);
  });
});

describe('merging with what a person wrote meanwhile', () => {
  it('keeps the text of the person and ticks by id', () => {
    const ours = '- [x] T001 One\n- [x] T002 Two\n- [x] T003 Three\n';
    const theirs = '# Moved\n- [ ] T003 Three, reworded\n- [ ] T004 New\n* [ ] T001 One\n';
    expect(mergeTicks({ ours, theirs, ids: ['T003'] })).toEqual({
      text: '# Moved\n- [x] T003 Three, reworded\n- [ ] T004 New\n* [x] T001 One\n',
      ticked: ['T003', 'T001'],
      missing: ['T002'],
    });
  });
});
