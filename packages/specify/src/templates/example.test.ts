import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { markdownStructure } from '../../dev/markdown-structure.ts';
import { strictTask } from '../../dev/task-line.ts';

const read = (path: string) => readFileSync(new URL(path, new URL('../../', import.meta.url)), 'utf8');
const example = (name: string) => read(`../../examples/spec-kit-feature/${name}`);
const template = (name: string) => markdownStructure(read(`templates/${name}`));
/** A heading of a story without what is the story's own. */
const general = (heading: string) =>
  heading
    .replace(/User Story \d+/, 'User Story N')
    .replace(/ - .* \(Priority: P\d+\)/, ' - [Title] (Priority: PN)')
    .replace(/^(## Phase) \w+:/, '$1 N:')
    .replace(' 🎯 MVP', '')
    .replace(' (OPTIONAL - only if tests requested) ⚠️', '');
const unique = (values: readonly string[]) => [...new Set(values)];

const STORY = /^(?:### |## Phase \d+: )(User Story \d+ - .+ \(Priority: P\d+\))/;
const spec = example('spec.md');
const stories = spec.split('\n').flatMap((line) => STORY.exec(line)?.[1] ?? []);

const { lines } = JSON.parse(read('fixtures/task-lines.json')) as {
  lines: { line: string; verdict: string; parsed?: object }[];
};
test.each(lines)('$verdict: $line', ({ line, verdict, parsed }) => {
  const task = strictTask(line);
  if (verdict === 'accept') expect(task).toMatchObject(parsed!);
  else expect(task).toBeUndefined();
});

describe('the specification of the example', () => {
  const structure = markdownStructure(spec);

  test('has the sections of the template, in their order', () => {
    const known = template('spec-template.md').headings.slice(1).map(general);
    expect(structure.headings[0]).toBe('# Feature Specification: Reading Time');
    expect(unique(structure.headings.slice(1).map(general))).toEqual(
      unique(known.map((heading) => heading.replace('[Brief Title]', '[Title]'))),
    );
  });

  test('has every label of a header and of a story', () => {
    const labels = structure.bold_field_labels_in_order.filter((label) => !/^(FR|SC)-|^(Text|Estimate)$/.test(label));
    const ofStory = ['Why this priority', 'Independent Test', 'Acceptance Scenarios'];
    expect(labels).toEqual(['Feature Branch', 'Created', 'Status', 'Input', ...stories.flatMap(() => ofStory)]);
    expect(spec.match(/^\d+\. \*\*Given\*\* .+, \*\*When\*\* .+, \*\*Then\*\* .+$/gm)).toHaveLength(5);
  });

  test('numbers what it requires and leaves nothing open', () => {
    const numbered = (kind: string, count: number) => Array.from({ length: count }, (_, at) => `${kind}-00${at + 1}`);
    expect(structure.ids).toEqual([...numbered('FR', 5), ...numbered('SC', 3)]);
    expect(structure.bracket_placeholders).toEqual({});
    expect(spec).not.toMatch(/NEEDS CLARIFICATION|TODO|- \[ \]|<!--/);
  });
});

test('the quality checklist of the example has the sixteen items of the command, all met', () => {
  const checklist = example('checklists/requirements.md');
  const items = (text: string) => [...text.matchAll(/^ *- \[.\] (.+)$/gm)].map(([, item]) => item);
  const command = read('templates/commands/specify.md');
  expect(items(checklist)).toEqual(items(command));
  expect(items(checklist)).toHaveLength(16);
  expect(checklist).not.toContain('- [ ]');
  expect(markdownStructure(checklist).headings.slice(1)).toEqual(
    markdownStructure(command).headings_inside_code_fences.slice(1, 5),
  );
});

test('the plan of the example has the template’s sections and fields, all of them settled', () => {
  const plan = example('plan.md');
  const structure = markdownStructure(plan);
  const known = template('plan-template.md');
  expect(structure.headings.slice(1)).toEqual(known.headings.slice(1, -1));
  const labels = known.bold_field_labels_in_order.filter((label) => label !== 'Note');
  expect(structure.bold_field_labels_in_order).toEqual(labels);
  for (const field of labels.slice(4)) expect(plan).toMatch(new RegExp(`^\\*\\*${field}\\*\\*: \\S`, 'm'));
  expect(plan).not.toMatch(/NEEDS CLARIFICATION|REMOVE IF UNUSED|<!--/);
});

test('the research of the example decides every question', () => {
  const sections = example('research.md').split(/^## /m).slice(1);
  expect(sections.length).toBeGreaterThan(0);
  for (const section of sections)
    expect(section).toMatch(/\n- Decision: .+\n- Rationale: .+\n- Alternatives considered: .+\n/);
});

test('the design of the example covers every entity, the contract and every story', () => {
  const entities = [...spec.matchAll(/^- \*\*(\w+)\*\*: a?/gm)].map(([, name]) => name!);
  expect(entities).toEqual(['Text', 'Estimate']);
  for (const entity of entities) expect(example('data-model.md')).toContain(`\n## ${entity}\n`);
  expect(readdirSync(new URL('../../../../examples/spec-kit-feature/contracts/', import.meta.url))).not.toEqual([]);
  for (const number of stories.keys()) expect(example('quickstart.md')).toContain(`## User Story ${number + 1}:`);
});

describe('the tasks of the example', () => {
  const text = example('tasks.md');
  const structure = markdownStructure(text);
  const phases = text
    .split(/^## /m)
    .filter((section) => section.startsWith('Phase '))
    .map((section) => ({
      title: section.slice(0, section.indexOf('\n')),
      boxes: section.split('\n').filter((line) => /^\s*[-*] \[.?\]/.test(line)),
    }));
  const tasks = phases.flatMap(({ boxes }) => boxes.flatMap((line) => strictTask(line) ?? []));
  const files = (description: string) => description.match(/[\w.-]+\/[\w./-]+|\w+\.(?:json|md)/g) ?? [];

  test('are all written in the strict form and numbered in order', () => {
    expect(tasks).toHaveLength(structure.checkbox_lines);
    expect(tasks.map(({ id }) => id)).toEqual(tasks.map((_, at) => `T${String(at + 1).padStart(3, '0')}`));
    expect(tasks.filter(({ description }) => files(description).length === 0)).toEqual([]);
  });

  test('stand in the phases of the template, a story each, in the order of the specification', () => {
    const known = template('tasks-template.md').headings.slice(1).map(general);
    expect(unique(structure.headings.slice(1).map(general))).toEqual(unique(known));
    expect(phases.map(({ title }) => title.split(':')[0])).toEqual(phases.map((_, at) => `Phase ${at + 1}`));
    const titles = phases.flatMap(({ title }) => STORY.exec(`## ${title}`)?.[1] ?? []);
    expect(titles).toEqual(stories);
    expect(phases.filter(({ title }) => title.endsWith('🎯 MVP')).map(({ title }) => title)).toEqual([
      phases[2]!.title,
    ]);
  });

  test('bear the label of their story, and none elsewhere', () => {
    for (const { title, boxes } of phases) {
      const story = /User Story (\d+)/.exec(title)?.[1];
      const labels = unique(boxes.map((line) => strictTask(line)!.story ?? 'none'));
      expect(labels).toEqual([story === undefined ? 'none' : `US${story}`]);
    }
  });

  test('need only what comes before them', () => {
    const ids = tasks.map(({ id }) => id);
    for (const task of tasks)
      for (const needed of task.depends_on) expect(ids.slice(0, ids.indexOf(task.id))).toContain(needed);
    expect(tasks.flatMap((task) => task.depends_on)).not.toEqual([]);
  });

  test('that may run together write different files', () => {
    const clashes: string[] = [];
    for (const { boxes } of phases) {
      let together: string[] = [];
      for (const task of boxes.map((line) => strictTask(line)!)) {
        const written = files(task.description);
        if (task.parallel) clashes.push(...written.filter((file) => together.includes(file)));
        together = task.parallel ? [...together, ...written] : [];
      }
    }
    expect(clashes).toEqual([]);
  });

  test('of different stories that write one file say which comes first', () => {
    const written = tasks.flatMap((task) => files(task.description).map((file) => ({ file, task })));
    const shared = written.flatMap(({ file, task }, at) => {
      const earlier = written.slice(0, at).findLast((other) => other.file === file)?.task;
      return earlier !== undefined && earlier.story !== task.story ? [{ task, earlier }] : [];
    });
    expect(shared.map(({ task }) => task.id)).toEqual(['T013']);
    for (const { task, earlier } of shared) expect(task.depends_on).toContain(earlier.id);
  });
});
