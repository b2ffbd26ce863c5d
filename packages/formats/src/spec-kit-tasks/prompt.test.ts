import { checkWorkflow } from '@fusion-kit/domain/workflow-check';
import { describe, expect, it } from 'vitest';
import { documents } from '../test/spec-kit-tasks/grammar-cases.ts';
import { graphOf } from '../test/spec-kit-tasks/graph-of.ts';
import { readTasks } from './read.ts';

const read = (text: string, options: Partial<Parameters<typeof readTasks>[1]> = {}) =>
  readTasks(text, { file: 'specs/001-demo/tasks.md', ...options });
const list = (...lines: string[]) => lines.join('\n');

describe('what an agent is told', () => {
  const plan = '# Plan\n## Summary\nA small ${{ shop }}.\n## Technical Context\nNode 24\n## Other\nnot this';
  const spec = '# Spec\n### User Story 1 - Sign in\nAs a visitor\n### User Story 12 - Other\nno';
  const { definition } = read(documents[0]!.text, { plan, spec });
  const prompt = (id: string): string => {
    const work = graphOf(definition).workOf(id);
    return work.kind === 'agent' ? work.prompt : '';
  };

  it('is the task, its phase, its feature and what the documents say', () => {
    expect(prompt('T009')).toContain('T009: Service in src/auth.ts');
    expect(prompt('T009')).toContain('User Story 1 - Sign in');
    expect(prompt('T009')).toContain('**Independent Test**: t');
    expect(prompt('T009')).toContain('specs/001-demo: read plan.md and spec.md');
    expect(prompt('T009')).toContain('As a visitor');
    expect(prompt('T009')).toContain('Node 24');
    expect(prompt('T009')).not.toContain('not this');
    expect(prompt('T004')).not.toContain('As a visitor');
  });
  it('holds no expression that the list or the plan did not mean as one', () => {
    expect(prompt('T004')).toContain('A small $${{ shop }}.');
    expect(checkWorkflow(definition).problems).toEqual([]);
  });
  it('names files, affinity, priority and title', () => {
    const service = definition.nodes.find(({ id }) => id === 'T009')!;
    expect(service).toMatchObject({
      title: 'T009 Service in src/auth.ts (depends on T007, T008)',
      affinity: 'US1',
      priority: 7,
    });
    expect(service.work).toMatchObject({ files: ['src/auth.ts'], expectsChanges: true });
    expect(definition.nodes.find(({ id }) => id === 'T014')!.work).not.toHaveProperty('files');
    expect(definition.nodes.find(({ id }) => id === 'T014')!.work).toMatchObject({ expectsChanges: false });
  });
  it('does not ask of a task that looks at things to change them', () => {
    for (const text of ['Verify that src/a.ts is unchanged', '**Validar** src/a.ts', '验证 src/a.ts']) {
      const looked = graphOf(read(`- [ ] T001 ${text}`).definition).workOf('T001');
      expect(looked).toMatchObject({ expectsChanges: false });
      expect(looked).not.toHaveProperty('files');
    }
    const written = graphOf(read('- [ ] T001 Validator in src/a.ts').definition).workOf('T001');
    expect(written).toMatchObject({ expectsChanges: true });
  });
  it('is what stands below the line too, with its parts', () => {
    const text = list(
      '- [ ] T001 Write the server:',
      '  - File: `src/server.ts`',
      '  - [ ] T001.1 Open the port',
      '  - [ ] a part without an id',
      '',
      '  Depends on: T002',
      '- [ ] T002 Ports in src/ports.ts',
    );
    const { definition: parted } = read(text);
    const work = graphOf(parted).workOf('T001');
    expect(work).toMatchObject({
      files: ['src/server.ts'],
      prompt: expect.stringContaining('T001.1 Open the port') as string,
    });
    expect(graphOf(parted).needsOf('T001')).toEqual(['T002']);
    expect(graphOf(parted).workOf('phase-1')).toMatchObject({ ticks: { ids: ['T002', 'T001', 'T001.1'] } });
  });
  it('fits a node, whatever the list holds', () => {
    const quotes = '"'.repeat(20_000);
    const long = `## User Story 1 ${quotes}\n${quotes}\n- [ ] T001 ${quotes} in src/a.ts\n${`  ${quotes}\n`.repeat(50)}`;
    const paths = `- [ ] T002 ${Array.from({ length: 500 }, (_, at) => `\`src/${'d/'.repeat(10)}${at}.ts\``).join(' ')}`;
    const { definition: large } = read(`${long}${paths}`, {
      plan: `## Summary\n${quotes}`,
      spec: `## User Story 1\n${quotes}`,
    });
    expect(checkWorkflow(large).problems).toEqual([]);
  });
});
