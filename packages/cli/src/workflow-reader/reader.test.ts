import { describe, expect, it } from 'vitest';
import { workflowReader } from './reader.ts';

const node = (n: number) => `  n${n}: { prompt: "Do ${n} ${'x'.repeat(60)}", needs: [${n > 0 ? `n${n - 1}` : ''}] }\n`;
const chain = (count: number) => `name: chain\nnodes:\n${Array.from({ length: count }, (_, n) => node(n)).join('')}`;
const source = (text: string, file = 'chain.yaml') => ({ text, file });

describe('the reader of workflow files', () => {
  it('reads a large file without holding up the thread it is asked from', async () => {
    const reader = workflowReader();
    let turns = 0;
    const timer = setInterval(() => (turns += 1), 5);
    const large = reader.read(source(chain(2_000)));
    const small = await reader.read(source(chain(3)));
    expect(small.nodes).toHaveLength(3);
    expect(turns).toBeLessThan(1_000);
    expect((await large).nodes).toHaveLength(2_000);
    clearInterval(timer);
    expect(turns).toBeGreaterThan(5);
  });

  it('refuses more large files than it has room for, and takes them when those are read', async () => {
    const reader = workflowReader();
    const large = source(chain(700));
    const asked = Array.from({ length: 12 }, () => reader.read(large).catch((error: unknown) => error));
    const refused = (await Promise.all(asked)).filter((answer) => answer instanceof Error);
    expect(refused).toHaveLength(3);
    expect(refused[0]).toMatchObject({ code: 'workflow_reader_busy', message: expect.stringContaining('8') });
    expect((await reader.read(large)).nodes).toHaveLength(700);
  });

  it('tells what is wrong with a large file as with a small one', async () => {
    const reader = workflowReader();
    const broken = (count: number) => source(chain(count).replace('needs: [n0]', 'needs: [nobody]'));
    const wrong = { code: 'workflow_needs_unknown', message: expect.stringContaining('chain.yaml:4:') };
    await expect(reader.read(broken(3))).rejects.toMatchObject(wrong);
    await expect(reader.read(broken(2_000))).rejects.toMatchObject(wrong);
    expect(await reader.check(broken(2_000))).toMatchObject({ valid: false, problems: [wrong] });
  });

  it('reads a task list with what lies beside it', async () => {
    const text = '# Tasks: Tea\n\n## Phase 1: Setup\n\n- [ ] T001 Create src/tea.js\n';
    const context = { plan: '# Plan\n\nUse plain JavaScript.', check: ['npm test'], setup: ['npm ci'] };
    const definition = await workflowReader().read({ text, file: 'specs/001-tea/tasks.md', context });
    expect(definition).toMatchObject({ setup: ['npm ci'] });
    expect(definition.nodes.find(({ id }) => id === 'phase-1')?.work).toMatchObject({
      kind: 'join',
      verify: ['npm test'],
      ticks: { file: 'specs/001-tea/tasks.md', ids: ['T001'] },
    });
  });
});
