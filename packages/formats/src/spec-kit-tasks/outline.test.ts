import { describe, expect, it } from 'vitest';
import { documents } from '../test/spec-kit-tasks/grammar-cases.ts';
import { outline } from './outline.ts';
import { phasesOf } from './phases.ts';

describe.each(documents)('the outline of $name', (document) => {
  const { tasks } = outline(document.text);
  const phases = phasesOf(tasks, '');

  it('has every task with its line, labels and box', () => {
    expect(
      tasks.map(({ id, done, parallel, story, line }) => ({ id, done, parallel, story: story ?? null, line })),
    ).toEqual(document.tasks.map(({ id, done, parallel, story, line }) => ({ id, done, parallel, story, line })));
  });
  it('has every phase with its kind, story and priority', () => {
    expect(
      phases.map(({ title, kind, story, priority, line, mvp }) => ({
        title: title.replace(/^Phase \d: /, ''),
        kind,
        story: story ?? null,
        priority: priority === undefined ? null : `P${priority}`,
        line,
        mvp,
      })),
    ).toEqual(
      document.phases.map(({ title, kind, story, priority, line, mvp }) => ({
        title,
        kind,
        story,
        priority,
        line,
        mvp,
      })),
    );
  });
});

describe('an outline', () => {
  it('begins after front matter and a byte order mark', () => {
    const { title, tasks } = outline('\uFEFF---\ndescription: a list\n# no: title\n---\n# Tasks: Shop\n- [ ] T001 a');
    expect([title, tasks.map(({ line }) => line)]).toEqual(['Tasks: Shop', [6]]);
  });
  it('keeps what stands below a task with it, up to the next thing of its own', () => {
    const { tasks } = outline(
      '- [ ] T001 a long\nline that goes on\n  - deeper\n\n  and a paragraph\n\nProse of its own\n- [ ] T002 b\n**Checkpoint**: no part of it',
    );
    expect(tasks.map(({ more }) => more)).toEqual(['line that goes on\n  - deeper\n  and a paragraph\n', '']);
  });
  it('reads CRLF as it reads LF', () => {
    const text = documents[0]!.text;
    expect(outline(text.replaceAll('\n', '\r\n'))).toEqual(outline(text));
  });
});
