import { describe, expect, it } from 'vitest';
import { formatOf, readAny } from './read-any.ts';

const TASKS = '# Tasks: Shop\n\n- [ ] T001 Schema in src/db.ts\n';
const SPEC_KIT =
  'schema_version: "1.0"\nworkflow: { id: w, name: Shop }\nsteps:\n  - { id: plan, command: speckit.plan }\n';
const OURS = 'name: Shop\nnodes:\n  plan: { prompt: Plan it }\n';

describe('a file', () => {
  it.each([
    ['tasks.md', TASKS, 'spec-kit-tasks', 'T001'],
    ['-', TASKS, 'spec-kit-tasks', 'T001'],
    ['workflow.yml', SPEC_KIT, 'spec-kit-workflow', 'plan'],
    ['-', SPEC_KIT, 'spec-kit-workflow', 'plan'],
    ['shop.workflow.yaml', OURS, 'workflow', 'plan'],
    ['shop.json', '{"name":"Shop","nodes":{"plan":{"prompt":"- [ ] T001"}}}', 'workflow', 'plan'],
  ])('%s is read by what it is', (file, text, format, first) => {
    expect(formatOf(text, file)).toBe(format);
    expect(readAny(text, file).definition).toMatchObject({
      name: 'Shop',
      nodes: expect.arrayContaining([expect.objectContaining({ id: first })]) as unknown,
    });
  });

  it('that is a task list is named for its feature too, so that two of one title are two workflows', () => {
    const nameOf = (file: string) => readAny(TASKS, file).definition.name;
    expect(nameOf('specs/001-shop/tasks.md')).toBe('Shop (001-shop)');
    expect(nameOf('specs/002-again/tasks.md')).toBe('Shop (002-again)');
    expect(nameOf('web/specs/001-shop/tasks.md')).toBe('Shop (web/specs/001-shop)');
  });

  it('is told as what it was taken for when it is none', () => {
    expect(() => readAny('# nothing', 'tasks.md')).toThrow('tasks.md:1:1: there is no task');
    expect(() => readAny('# nothing', 'a.yaml')).toThrow('a.yaml:1:1: the file');
  });

  it('gets what the caller knows beside it', () => {
    const { definition } = readAny(TASKS, 'specs/001-shop/tasks.md', { check: ['npm test'] });
    expect(definition.nodes.at(-1)!.work).toMatchObject({ verify: ['npm test'] });
  });
});
