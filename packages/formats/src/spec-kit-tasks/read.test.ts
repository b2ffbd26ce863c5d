import { checkWorkflow } from '@fusion-kit/domain/workflow-check';
import { describe, expect, it } from 'vitest';
import { documents } from '../test/spec-kit-tasks/grammar-cases.ts';
import { graphOf } from '../test/spec-kit-tasks/graph-of.ts';
import { largeFeature } from '../test/spec-kit-tasks/large-feature.ts';
import { readTasks } from './read.ts';

const FILE = 'specs/001-demo/tasks.md';
const read = (text: string, options: Partial<Parameters<typeof readTasks>[1]> = {}) =>
  readTasks(text, { file: FILE, ...options });

describe.each(documents)('the list $name', ({ text, tasks, must_precede, must_not_be_ordered }) => {
  const { definition, done } = read(text);
  const graph = graphOf(definition);

  it('has a node for every task, an agent where its box is open', () => {
    for (const task of tasks)
      expect([task.id, graph.workOf(task.id).kind]).toEqual([task.id, task.done ? 'join' : 'agent']);
    expect(done).toEqual(tasks.filter((task) => task.done).map(({ id }) => id));
  });
  it.each(must_precede)('does %s before %s', (first, then) => {
    expect(graph.precedes(then, first)).toBe(true);
  });
  it.each(must_not_be_ordered)('lets %s and %s run together', (one, other) => {
    expect([graph.precedes(one, other), graph.precedes(other, one)]).toEqual([false, false]);
  });
  it('can run', () => {
    expect(checkWorkflow(definition).problems).toEqual([]);
  });
});

it('gives a large feature its 164 tasks, 51 levels and up to ten tasks at once', () => {
  const { definition } = read(largeFeature());
  expect(graphOf(definition)).toMatchObject({ tasks: 164, levels: 51, widest: 10 });
  expect(definition.team.map(({ name }) => name)).toEqual(['w-1', 'w-2', 'w-3', 'w-4']);
  expect(checkWorkflow(definition).problems).toEqual([]);
});

const list = (...lines: string[]) => lines.join('\n');
const tellings = (text: string) => read(text).warnings.map((warning) => warning.slice(`${FILE}:`.length));

describe('the graph of a list', () => {
  it('runs stories side by side between barriers, each with its own join', () => {
    const graph = graphOf(read(documents[0]!.text).definition);
    expect(graph.needsOf('phase-2')).toEqual(['T005']);
    expect(graph.needsOf('T011')).toEqual(['phase-2']);
    expect(graph.needsOf('phase-3')).toEqual(['T010']);
    expect(graph.needsOf('stories-1')).toEqual(['phase-3', 'phase-4']);
    expect(graph.needsOf('T013')).toEqual(['stories-1']);
    expect(graph.needsOf('T014')).toEqual(['phase-5']);
  });

  it('makes joins run the check and tick the open boxes of their phase', () => {
    const { definition } = read(documents[0]!.text, { check: ['npm test'] });
    const graph = graphOf(definition);
    expect(graph.workOf('phase-1')).toEqual({
      kind: 'join',
      verify: ['npm test'],
      ticks: { file: FILE, ids: ['T002', 'T003'] },
    });
    expect(graph.workOf('stories-1')).toEqual({ kind: 'join', verify: [] });
    expect(definition.check).toEqual(['npm test']);
    expect(checkWorkflow(definition).problems).toEqual([]);
  });

  it('neither checks nor ticks where everything is done', () => {
    const { definition, done } = read('# Tasks: Done\n- [x] T001 a in a.ts\n- [X] T002 b in b.ts', {
      check: ['npm test'],
    });
    expect(definition.nodes.map(({ work }) => work)).toEqual(
      Array.from({ length: 3 }, () => ({ kind: 'join', verify: [] })),
    );
    expect([definition.team, done]).toEqual([[], ['T001', 'T002']]);
    expect(checkWorkflow(definition).problems).toEqual([]);
  });

  it('lets later needs pass through what is done', () => {
    const { precedes } = graphOf(
      read(list('- [ ] T001 a in a.ts', '- [x] T002 b in b.ts', '- [ ] T003 c in c.ts')).definition,
    );
    expect(precedes('T003', 'T001')).toBe(true);
  });

  it('serialises tasks with [P] that name the same file, directory or address, and says so', () => {
    const text = list(
      '- [ ] T001 [P] Test one in tests/api.test.ts',
      '- [ ] T002 [P] Test two in `api.test.ts`',
      '- [ ] T003 [P] Look after `web/`',
      '- [ ] T004 [P] Page in web/pages/a.tsx',
      '- [ ] T005 [P] Answer `GET /api/a`',
      '- [ ] T006 [P] Answer `POST /api/a`',
      '- [ ] T007 [P] Alone in src/alone.ts',
    );
    const { needsOf } = graphOf(read(text).definition);
    expect(['T002', 'T004', 'T006'].map(needsOf)).toEqual([['T001'], ['T003'], ['T005']]);
    expect(['T001', 'T003', 'T005', 'T007'].map(needsOf)).toEqual([[], [], [], []]);
    expect(tellings(text)).toContain(
      '2:1: T002 says [P] and names tests/api.test.ts, as T001 does: it waits for that one',
    );
  });

  it('serialises what two stories write in one file', () => {
    const text = list(
      '## User Story 1',
      '- [ ] T001 [US1] a in src/a.ts',
      '## User Story 2',
      '- [ ] T002 [US2] b in src/a.ts',
    );
    expect(graphOf(read(text).definition).needsOf('T002')).toEqual(['T001']);
    expect(tellings(text)).toEqual(['4:1: T002 names src/a.ts, as T001 of another story does: it waits for that one']);
  });

  it('heeds ids that point back, and only tells of those that point forward', () => {
    const text = list(
      '- [ ] T001 [P] **RED** tests in a.test.ts',
      '- [ ] T002 [P] **GREEN** write a.ts until T001 passes',
      '- [ ] T003 [P] Prepare T004 in b.ts',
      '- [ ] T004 [P] Write c.ts',
    );
    const { needsOf } = graphOf(read(text).definition);
    expect(['T002', 'T003', 'T004'].map(needsOf)).toEqual([['T001'], [], []]);
    expect(tellings(text)).toEqual(['3:1: T003 speaks of T004, which comes later: it does not wait for it']);
  });

  it('puts a task that depends on a later one after it', () => {
    const graph = graphOf(
      read(
        list(
          '## Phase 1: Setup',
          '- [ ] T001 a in a.ts (depends on T003)',
          '- [ ] T002 b in b.ts (depends on T005)',
          '- [ ] T003 c in c.ts',
          '## Phase 2: More',
          '- [ ] T004 d in d.ts',
          '- [ ] T005 e in e.ts',
        ),
      ).definition,
    );
    expect(graph.precedes('T001', 'T003')).toBe(true);
    expect(graph.precedes('T002', 'T005')).toBe(true);
    expect(graph.workOf('phase-1')).toMatchObject({ ticks: { ids: ['T003', 'T001'] } });
    expect(graph.workOf('phase-2')).toMatchObject({ ticks: { ids: ['T004', 'T005', 'T002'] } });
  });

  it('has no circle where two stories wait for each other in parts', () => {
    const text = list(
      '## Phase 1: User Story 1 - A',
      '- [ ] T001 a in a.ts (depends on T004)',
      '- [ ] T002 b in b.ts',
      '## Phase 2: User Story 2 - B',
      '- [ ] T003 c in c.ts (depends on T002), shares d.ts',
      '- [ ] T004 d in a.ts after T002, T001',
      '## Dependencies',
      'User Story 2 depends on User Story 1',
    );
    expect(checkWorkflow(read(text).definition).problems).toEqual([]);
    expect(tellings(text).at(0)).toContain('left out');
  });

  it('lets one story wait for another where a sentence says so', () => {
    const text = list(
      '## Phase 1: User Story 1 - A',
      '- [ ] T001 a in a.ts',
      '## Phase 2: User Story 2 - B',
      '- [ ] T002 b in b.ts',
      '## Dependencies',
      '- **User Story 2 (P2)**: depends on User Story 1 for its model',
    );
    expect(graphOf(read(text).definition).needsOf('T002')).toEqual(['phase-1']);
  });

  it('ends tests before what they test begins', () => {
    const text = list(
      '## Phase 3: User Story 1',
      '### Tests for User Story 1',
      '- [ ] T001 [P] [US1] test in a.test.ts',
      '### Implementation for User Story 1',
      '- [ ] T002 [P] [US1] do it in a.ts',
    );
    expect(graphOf(read(text).definition).needsOf('T002')).toEqual(['T001']);
  });

  it('knows phases in any language and at any level', () => {
    const text = list(
      '# 任务：登录',
      '## 任务',
      '### 阶段 1：准备',
      '- [ ] T001 [P] 准备 src/a.ts',
      '### 阶段 2：用户故事 1',
      '- [ ] T002 [P] [US1] 登录 src/b.ts',
      '### 阶段 3：用户故事 2',
      '- [ ] T003 [P] [US2] 登出 src/c.ts',
      '### Fase 4: Confirmación',
      '- [ ] T004 [P] probar src/d.ts',
    );
    const { needsOf } = graphOf(read(text).definition);
    expect([needsOf('T002'), needsOf('T003'), needsOf('T004')]).toEqual([['phase-1'], ['phase-1'], ['stories-1']]);
  });

  it('bars the way at what several stories share', () => {
    const text = list(
      '## Phase 1: Types (US1 + US2 shared)',
      '- [ ] T001 [US1] a in a.ts',
      '## Phase 2: User Story 2',
      '- [ ] T002 [US2] b in b.ts',
    );
    expect(graphOf(read(text).definition).needsOf('T002')).toEqual(['phase-1']);
  });

  it('bars the way at a story that comes again after the last phase', () => {
    const text = list(
      '## Phase 1: User Story 1',
      '- [ ] T001 [US1] a in a.ts',
      '## Phase 2: Polish',
      '- [ ] T002 b in b.ts',
      '## Phase 3: User Story 1 again',
      '- [ ] T003 [US1] c in c.ts',
    );
    const { needsOf } = graphOf(read(text).definition);
    expect([needsOf('T002'), needsOf('T003')]).toEqual([['phase-1'], ['phase-2']]);
  });

  it('keeps the edges between wide groups few', () => {
    const tests = Array.from({ length: 300 }, (_, at) => `- [ ] T${1000 + at} [P] test in t${at}.test.ts`);
    const parts = Array.from({ length: 300 }, (_, at) => `- [ ] T${2000 + at} [P] write p${at}.ts`);
    const { definition } = read(list('## Phase 1: A', '### Tests', ...tests, '### Parts', ...parts));
    expect(definition.nodes.flatMap(({ needs }) => needs).length).toBeLessThan(1_000);
    expect(graphOf(definition).precedes('T2299', 'T1000')).toBe(true);
  });
});

describe('a list that is odd', () => {
  it('may say in passing what leads in a circle', () => {
    const text = list('- [ ] T001 a in a.ts', '  - Depends on: T002', '- [ ] T002 b in b.ts', '  - Depends on: T001');
    const { precedes } = graphOf(read(text).definition);
    expect(precedes('T002', 'T001')).toBe(true);
    expect(tellings(text).join()).toContain('1:1: what T001 says of later tasks leads in a circle');
  });
  it('may speak of tasks that it does not have', () => {
    const text = list(
      '- [ ] T001 a in a.ts after T900',
      '- [ ] T002 b in b.ts (depends on 002-shop T900)',
      '- [ ] T003 c in c.ts',
      '  Depends on: T900',
    );
    expect(graphOf(read(text).definition)).toMatchObject({ tasks: 3 });
  });
  it('keeps both of two tasks with one id, and counts one that is repeated once', () => {
    const text = list(
      '- [ ] T001 a in a.ts',
      '- [ ] T001 b in b.ts',
      '- [ ] T002 c in c.ts',
      '## Summary',
      '- [ ] T002 c in c.ts',
    );
    expect(read(text).definition.nodes.map(({ id }) => id)).toEqual(['T001', 'T001_again_2', 'T002', 'phase-1']);
  });
  it('may call its tasks T010a and T010.1', () => {
    const { nodes } = read(list('- [ ] T010a a in a.ts', '- [ ] T010.1 b in b.ts')).definition;
    expect(nodes.map(({ id }) => id)).toEqual(['T010a', 'T010_1', 'phase-1']);
    expect(nodes.at(-1)!.work).toMatchObject({ ticks: { ids: ['T010a', 'T010.1'] } });
  });
  it.each([
    [
      'headings',
      list(
        '## Phase 1',
        '### T001: Set up',
        '- [ ] in `src/`',
        '### T002 [P] - Write src/a.ts',
        '## Phase 2',
        '### T003 Test',
      ),
    ],
    [
      'numbered headings',
      list(
        '## 任务',
        '### TASK-001-001：准备',
        '**输出**：pom.xml',
        '### TASK-001-002：登录',
        '### TASK-001-003：登出 ✅',
      ),
    ],
    [
      'boxes with other ids',
      list(
        '## Fase 1',
        '- [x] 1.1 Crear `src/`',
        '- [ ] 1.2 Escribir',
        '  - [ ] parte',
        '## Fase 2',
        '- [ ] 2.1 Probar',
      ),
    ],
    ['boxes without ids', list('# Tasks', '- [ ] Set up', '- [x] Write src/a.ts', '- [ ] Test')],
    ['short ids', list('- [ ] T01 Set up', '- [ ] T02 Write src/a.ts', '- [ ] T03 Test')],
    ['bullets', list('- T001 Set up', '- **T002**: Write src/a.ts', 'T003 Test')],
  ])('may name its tasks by %s', (_, text) => {
    const { definition, warnings } = read(text);
    expect(definition.nodes.filter(({ id }) => !id.startsWith('phase'))).toHaveLength(3);
    expect(definition.nodes.filter(({ work }) => work.kind === 'join' && work.ticks)).toEqual([]);
    expect(checkWorkflow(definition).problems).toEqual([]);
    expect(warnings.join()).toContain('is taken for a task');
  });
  it('tells of one kind of oddity eight times, then how many more there are', () => {
    const text = Array.from({ length: 30 }, (_, at) => `* [ ] T${100 + at} a in a${at}.ts`).join('\n');
    const told = tellings(text);
    expect(told).toHaveLength(9);
    expect(told[0]).toBe('1:1: T100: its bullet is *');
    expect(told.at(-1)).toBe('9:1: and 22 more: lines are not as the grammar wants them');
  });
  it('is refused in strict mode, every oddity with its line', () => {
    const text = list('- [ ] T001 a in a.ts', '* [ ] T002 b');
    expect(() => read(text, { strict: true })).toThrow(
      `${FILE}:2:1: T002: its bullet is *\n${FILE}:2:1: T002 names no file`,
    );
  });
  it('leaves boxes without ids, code and comments alone', () => {
    const text = list(
      '- [ ] T001 a in a.ts',
      '```',
      '- [ ] T002 b',
      '```',
      '<!--',
      '- [ ] T003 c',
      '-->',
      '## Checklist',
      '- [x] all named',
    );
    expect(read(text)).toMatchObject({ warnings: [] });
    expect(graphOf(read(text).definition)).toMatchObject({ tasks: 1 });
  });
});

describe('a path of a list', () => {
  it.each([
    ['./specs/001-a/tasks.md', 'specs/001-a/tasks.md'],
    ['/home/me/shop/specs/001-a/tasks.md', 'specs/001-a/tasks.md'],
    ['../specs/001-a/tasks.md', 'specs/001-a/tasks.md'],
    ['C:\\shop\\specs\\001-a\\tasks.md', 'specs/001-a/tasks.md'],
    ['/tmp/tasks.md', 'tasks.md'],
    ['tasks.md', 'tasks.md'],
  ])('%s is %s in the project', (file, expected) => {
    const { definition } = read('- [ ] T001 a in a.ts', { file });
    expect(definition.nodes.at(-1)!.work).toMatchObject({ ticks: { file: expected } });
  });
});
