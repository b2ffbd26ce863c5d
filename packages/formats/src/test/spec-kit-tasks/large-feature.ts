/**
 * A list of the size that large features have: 164 tasks in eight phases, five of them stories, 113 tasks with `[P]`, and several endpoints of one route
 * side by side. Written from these figures; the words are ours.
 */
const PHASES: readonly { title: string; to: number; parallel: string; routes?: Record<number, string> }[] = [
  { title: 'Setup (Shared Infrastructure)', to: 14, parallel: '2-10 12 14' },
  { title: 'Foundational (Blocking Prerequisites)', to: 30, parallel: '18-19 21-23 25-26 28-30' },
  {
    title: 'User Story 1 - Workers (Priority: P1) 🎯 MVP',
    to: 55,
    parallel: '31-32 34 36 38-39 41-45 47-52 54-55',
    routes: {
      41: '/api/workers',
      42: '/api/workers',
      43: '/api/workers/{id}',
      44: '/api/workers/{id}',
      45: '/api/workers/{id}',
    },
  },
  { title: 'User Story 2 - Watching (Priority: P2)', to: 83, parallel: '57-58 60 62-64 66-68 70 72-77 79-80 82-83' },
  {
    title: 'User Story 3 - Order of work (Priority: P3)',
    to: 110,
    parallel: '84-85 87-90 93 96 99 101-102 104 106-110',
    routes: {
      87: '/api/jobs',
      88: '/api/jobs',
      89: '/api/jobs/{id}',
      90: '/api/jobs/{id}',
      106: '/api/graphs',
      107: '/api/graphs',
      108: '/api/graphs/{id}',
      109: '/api/graphs/{id}/start',
      110: '/api/graphs/{id}/check',
    },
  },
  {
    title: 'User Story 4 - Drawing (Priority: P4)',
    to: 123,
    parallel: '111 113-114 116 118 120-121 123',
    routes: { 116: '/api/graphs' },
  },
  { title: 'User Story 5 - As before (Priority: P1)', to: 135, parallel: '125-129 131 133-134' },
  { title: 'Polish & Cross-Cutting Concerns', to: 164, parallel: '136-138 140-142 144-146 148-155 161-162 164' },
];

const numbers = (ranges: string): Set<number> =>
  new Set(
    ranges.split(' ').flatMap((range) => {
      const [from = 0, to = from] = range.split('-').map(Number);
      return Array.from({ length: to - from + 1 }, (_, step) => from + step);
    }),
  );

export function largeFeature(): string {
  const lines = ['# Tasks: A house for many workers', ''];
  let next = 1;
  for (const [at, { title, to, parallel, routes = {} }] of PHASES.entries()) {
    const story = /Story (\d)/.exec(title)?.[1];
    const marked = numbers(parallel);
    lines.push(`## Phase ${at + 1}: ${title}`, '');
    for (; next <= to; next += 1) {
      const labels = `${marked.has(next) ? '[P] ' : ''}${story === undefined ? '' : `[US${story}] `}`;
      const what = routes[next] === undefined ? `Part ${next} in src/part-${next}.ts` : `Answer \`${routes[next]}\``;
      lines.push(`- [ ] T${String(next).padStart(3, '0')} ${labels}${what}`);
    }
    lines.push('', '**Checkpoint**: ready', '');
  }
  lines.push('## Dependencies & Execution Order', '', '- US2 (P2): Depends on US1 for its data', '');
  return lines.join('\n');
}
