import { describe, expect, it } from 'vitest';
import { type Case, lines } from '../test/spec-kit-tasks/grammar-cases.ts';
import { dependenciesIn } from './mentions.ts';
import { namedPaths } from './named-paths.ts';
import { nearlyTask, readTaskLine } from './task-line.ts';

const withVerdict = (verdict: Case['verdict']) => lines.filter((line) => line.verdict === verdict);
const FINDING = /\((?:missing|partial|contradicts|unrequested)\)$/;
/** Read, and nothing strict mode could mind. */
const isStrict = (line: string): boolean => {
  const read = readTaskLine(line);
  if (typeof read !== 'object' || read.oddities.length > 0) return false;
  const { files, bare } = namedPaths(read.text);
  return files.length + bare.length > 0 || FINDING.test(read.text);
};

describe('a line of the grammar', () => {
  it.each(withVerdict('accept'))('is read and not odd: $line', ({ line, parsed }) => {
    const read = readTaskLine(line);
    if (typeof read !== 'object' || !parsed) throw new Error('it was not read');
    const depends = dependenciesIn(read.text).promised.flatMap((mention) => ('id' in mention ? mention.id : []));
    expect({
      id: read.id,
      done: read.done,
      parallel: read.parallel,
      story: read.story ?? null,
      depends_on: depends,
    }).toEqual(parsed);
    expect(isStrict(line)).toBe(true);
  });
  it.each(withVerdict('lenient'))('is read, and odd: $line', ({ line }) => {
    expect(readTaskLine(line)).toMatchObject({ id: /T\d+/.exec(line)![0] });
    expect(isStrict(line)).toBe(false);
  });
  it.each(withVerdict('placeholder'))('is the template: $line', ({ line }) => {
    expect(readTaskLine(line)).toBe('placeholder');
  });
  it.each(withVerdict('reject'))('is no task: $line', ({ line }) => {
    expect(readTaskLine(line)).toBeUndefined();
  });
});

describe('a line as people write it', () => {
  it.each([
    ['- [ ] **T001 [P]**: Add `a.ts`', { parallel: true, text: 'Add `a.ts`' }],
    ['- [x] **T002: Add it** to `a.ts`', { done: true, text: 'Add it to `a.ts`' }],
    ['- [ ] **T013 [P] [US1][US3]** Add **it**', { parallel: true, story: 'US1', text: 'Add **it**' }],
    ['- [ ] **T003** [P] [US1] Add it', { parallel: true, story: 'US1', text: 'Add it' }],
    ['- [ ] T004 [P, US2] Add it', { parallel: true, story: 'US2', text: 'Add it' }],
    ['- [ ] T005 [FR-012] [P] Add it', { parallel: true, text: '[FR-012] Add it' }],
    ['- [ ] T006 — Add it', { text: 'Add it' }],
    ['- [ ] T007 [P?] [US 03] Add it', { parallel: true, story: 'US3' }],
    ['- [ ] T008 **RED** tests in a.test.ts', { text: '**RED** tests in a.test.ts' }],
    ['- [ ] T009 [docs](docs/a.md) say it', { text: '[docs](docs/a.md) say it' }],
    ['- [ ] **T010** `[api] [P]` Add it', { text: expect.stringContaining('Add it') as string }],
    ['- [ ] T011 登録画面を src/pages/login.tsx に実装', { text: '登録画面を src/pages/login.tsx に実装' }],
  ])('is read: %s', (line, parsed) => {
    expect(readTaskLine(line)).toMatchObject(parsed);
  });

  it.each([
    ['- [-] T020 Given up', 'its mark is [-]'],
    ['- [] T014 Add it', 'its mark is []'],
    ['1. [ ] T023 Add it', 'its bullet is a number'],
    ['- [ ] T12 Add it', 'an id is T and at least three digits'],
    ['- [ ] [US1] T001 Add it', 'its id does not come first'],
  ])('is told what it is not: %s', (line, reason) => {
    expect(nearlyTask(line)).toMatchObject({ reason });
  });
});

describe('what a text says of other tasks', () => {
  it.each([
    ['(depends on T001, T002)', ['T001', 'T002'], []],
    ['(depends on: T001 and T002). See T003', ['T001', 'T002'], ['T003']],
    ['Depends on: T003a', ['T003a'], []],
    ['until T007 passes; the rest is independent of T008', [], ['T007', 'T008']],
    ['hasta que T007 pase', [], ['T007']],
    ['after T003–T005', [], ['T003-T005']],
    ['(depends on T001-T003, T9)', ['T001-T003'], []],
    ['no task depends on T003; T005 depends on T004', [], ['T003', 'T005', 'T004']],
    ['Dependencies: None (can run in parallel with T001)', [], ['T001']],
    ['(depends on T001,\n  T002)', ['T001', 'T002'], []],
    ['XT001, T00A and a dependent one', [], []],
  ])('is read: %s', (text, explicit, mentioned) => {
    const plain = (found: ReturnType<typeof dependenciesIn>['promised']) =>
      found.map((mention) => ('id' in mention ? mention.id : `${mention.from}-${mention.to}`));
    const found = dependenciesIn(text);
    expect([plain([...found.promised, ...found.explicit]), plain(found.mentioned)]).toEqual([explicit, mentioned]);
  });
});

describe('the paths in a text', () => {
  it.each([
    ['Create User in src/models/user.ts, and tests/user.test.ts.', ['src/models/user.ts', 'tests/user.test.ts'], []],
    ['Edit `src/a b.ts` quoted', ['src/a b.ts'], []],
    ['Check robot.yaml/conda.yaml and `Path=/`', [], ['robot.yaml', 'conda.yaml']],
    ['Lint in .eslintrc.json and package.json', [], ['.eslintrc.json', 'package.json']],
    ['CI in .github/workflows/ci.yml', ['.github/workflows/ci.yml'], []],
    ['Set up `frontend/` and backend/src/', ['frontend/', 'backend/src/'], []],
    [
      'Routes under `app/(shop)/[id]/page.tsx` (see [guide](docs/guide.md))',
      ['app/(shop)/[id]/page.tsx', 'docs/guide.md'],
      [],
    ],
    ['Use Node.js, Next.js and Chart.js; run `npm run build`', [], []],
    ['Start/stop and/or I/O, 24/7, v1.2 at https://example.org/a.html', [], []],
    ['Read plan.md, data-model.md and specs/001-a/spec.md', [], []],
    ['登録画面を`src/pages/login.tsx`と src/api.tsに実装', ['src/pages/login.tsx', 'src/api.ts'], []],
    ['All of `src/**/*.test.ts` and `src/{a,b}.ts`', ['src/**/*.test.ts', 'src/{a,b}.ts'], []],
    ['Out of /etc/passwd, ../up.ts, ~/x.ts and `C:\\a.ts`', [], []],
    ['Fix src/app.py:42 and src/lib.rs#L3', ['src/app.py', 'src/lib.rs'], []],
  ])('are found: %s', (text, files, bare) => {
    expect(namedPaths(text)).toMatchObject({ files, bare });
  });
  it('tell addresses from files', () => {
    expect(namedPaths('Answer `GET /api/users/{id}` and `/ws/events` in `src/api.ts`')).toEqual({
      files: ['src/api.ts'],
      bare: [],
      routes: ['/api/users/{id}', '/ws/events'],
    });
  });
});
