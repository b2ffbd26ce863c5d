import { FusionError } from '@fusion-kit/domain/errors';
import { describe, expect, it } from 'vitest';
import { readTasks } from './read.ts';

const FILE = 'specs/001-demo/tasks.md';
const read = (text: string) => readTasks(text, { file: FILE });
const refusal = (text: string): FusionError => {
  try {
    read(text);
  } catch (error) {
    if (error instanceof FusionError) return error;
    throw error;
  }
  throw new Error('it was read');
};

describe('a list that cannot run', () => {
  it.each([
    [
      '',
      'workflow_invalid',
      `${FILE}:1:1: there is no task; a task is a line like "- [ ] T001 Add the schema in src/db.ts"`,
    ],
    ['- [ ] TXXX [P] Docs in docs/', 'workflow_invalid', 'placeholders of the template'],
    ['a\n\0b', 'workflow_syntax', `${FILE}:2:1: this is no text: it holds a zero byte`],
    [
      '- [ ] T001 a in a.ts (depends on T002)\n- [ ] T002 b in b.ts (depends on T003)\n- [ ] T003 c in c.ts (depends on T001)',
      'workflow_cycle',
      `${FILE}:1:1: the tasks depend on each other in a circle: T001 → T002 → T003 → T001`,
    ],
    [
      '- [ ] T001 a in a.ts\n- [ ] T002 b in b.ts (depends on T007)',
      'workflow_needs_unknown',
      `${FILE}:2:1: T002 depends on T007, which does not exist`,
    ],
  ])('is refused with its line: %j', (text, code, message) => {
    const error = refusal(text);
    expect(error.code).toBe(code);
    expect(error.message).toContain(message);
  });

  it('is refused when it is larger than a workflow may be', () => {
    const text = Array.from({ length: 100_001 }, (_, at) => `- [ ] T${100_000 + at} [P] a in a${at}.ts`).join('\n');
    expect(refusal(text)).toMatchObject({ code: 'workflow_too_large' });
  });

  it('is read in good time when it is almost that large', () => {
    const lines = Array.from(
      { length: 30_000 },
      (_, at) => `- [ ] T${100_000 + at} [P] a in a${at}.ts after T${100_000 + at - 1}`,
    );
    expect(read(lines.join('\n')).definition.nodes.length).toBeGreaterThan(30_000);
  }, 30_000);

  it.each([
    ['blanks', `- [ ] T001 ${' '.repeat(1_000_000)}x`],
    ['brackets', `- [ ] T001 ${'['.repeat(1_000_000)}`],
    ['labels', `- [ ] T001 ${'[P]'.repeat(330_000)}`],
    ['backticks', `- [ ] T001 ${'`'.repeat(1_000_000)}`],
    ['slashes', `- [ ] T001 ${'a/'.repeat(500_000)}a.ts`],
    ['stars', `- [ ] **T001 ${'*'.repeat(1_000_000)}`],
    ['dependencies', `- [ ] T001 ${'depends on '.repeat(100_000)}`],
    ['hashes', `- [ ] T001 a\n${'# '.repeat(500_000)}\n${'#'.repeat(1_000_000)}`],
    ['headings', `- [ ] T001 a\n${'## Phase 1\n- [ ] T002 b\n'.repeat(40_000)}`],
    ['nesting', Array.from({ length: 3_000 }, (_, at) => `${' '.repeat(at)}- [ ] T${1000 + at} a`).join('\n')],
    ['dots', `- [ ] T001 ${'T001.1.1.1'.repeat(100_000)}`],
  ])(
    'is read at once when it is hostile: %s',
    (_, text) => {
      expect(read(text).definition.nodes.length).toBeGreaterThan(1);
    },
    5_000,
  );
});
