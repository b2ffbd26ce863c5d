import type { Entry } from '@fusion-kit/domain/entry';
import type { Receipt } from '@fusion-kit/domain/receipt';
import type { TaskSpec } from '@fusion-kit/domain/task';
import { agentSpec, Attempt, commitOf, Recorder } from './recorder.ts';

const NODES = [
  {
    node: 'plan',
    title: 'Plan the repair',
    needs: [],
    requires: ['planning'],
    prompt: 'Read the failing tests and write a plan for two implementers.',
  },
  {
    node: 'discount',
    title: 'Repair the discount rules',
    needs: ['plan'],
    requires: ['typescript'],
    prompt: 'Repair src/discount.js so that its tests pass. Do not touch src/receipt.js.',
  },
  {
    node: 'rounding',
    title: 'Round totals to cents',
    needs: ['plan'],
    requires: ['typescript'],
    prompt: 'Totals on receipts must be rounded half up to cents in src/receipt.js.',
  },
  {
    node: 'currency',
    title: 'Print amounts by locale',
    needs: ['rounding'],
    requires: ['typescript'],
    prompt: 'Use Intl.NumberFormat for amounts on the receipt.',
  },
  {
    node: 'review',
    title: 'Review both changes together',
    needs: ['discount', 'currency'],
    requires: ['review'],
    prompt: 'Review the landed changes; run the whole test suite; say what is missing.',
  },
  {
    node: 'notes',
    title: 'Write the release note',
    needs: ['review'],
    requires: ['planning'],
    prompt: 'One paragraph for CHANGELOG.md.',
  },
] as const;
type Node = (typeof NODES)[number]['node'];

const receipt = (letter: string, files: string[], output: string): Receipt => ({
  kind: 'verified',
  base: commitOf('a'),
  commit: commitOf(letter),
  files: files.map((path) => ({ path, change: 'modified' })),
  fileCount: files.length,
  checks: [{ command: 'npm test', exitCode: 0, durationMs: 1_420, output }],
  sandbox: 'bubblewrap',
});
const read = (path: string, output: string) => ({ tool: 'read_file', input: { path }, output });
const edit = (path: string, from: string, to: string) => ({
  tool: 'edit_file',
  input: { path, from, to },
  output: 'replaced 1 place',
});
const test = (output: string, isError = false) => ({ tool: 'shell', input: { command: 'npm test' }, output, isError });

/** A whole run as the domain's rules allow it: planner, two implementers, reviewer; one attempt fails and is repeated; messages are read. */
export function demoRecording(beginAt: number): Entry[] {
  const recorder = new Recorder(beginAt);
  const projectId = recorder.id('prj');
  const workflowId = recorder.id('wfl');
  const runId = recorder.id('run');
  recorder.do({ type: 'server.record', event: { type: 'server.started', v: 1, version: '0.1.0', pid: 4_711 } });
  recorder.do({ type: 'project.create', projectId, name: 'till', path: '/home/ada/till', kind: 'git', budget: {} });
  const definition = { blob: `sha256:${'4f'.repeat(32)}`, size: 2_104, preview: 'name: repair-discounts' };
  recorder.do({
    type: 'workflow.save',
    workflowId,
    projectId,
    name: 'repair-discounts',
    nodeCount: NODES.length,
    definition,
    author: 'ada',
  });

  const team = [
    { id: recorder.id('agt'), spec: agentSpec('planner', ['planning'], ['review.>']) },
    { id: recorder.id('agt'), spec: agentSpec('builder-ash', ['typescript'], ['plan.>']) },
    { id: recorder.id('agt'), spec: agentSpec('builder-oak', ['typescript'], ['plan.>']) },
    { id: recorder.id('agt'), spec: agentSpec('reviewer', ['review'], ['plan.>', 'build.*']) },
  ] as const;
  const [planner, ash, oak, reviewer] = team;
  const ids = new Map<string, TaskSpec['id']>(NODES.map(({ node }) => [node, recorder.id('tsk')]));
  const tasks = NODES.map(({ node, title, needs, requires, prompt }): TaskSpec => ({
    id: ids.get(node)!,
    projectId,
    runId,
    node,
    title,
    work: {
      kind: 'agent',
      prompt,
      outputs: [],
      verify: node === 'plan' ? [] : ['npm test'],
      expectsChanges: node !== 'plan',
      maxSteps: 50,
    },
    priority: 5,
    requires: [...requires],
    needs: needs.map((need) => ({ id: ids.get(need)!, accept: ['completed'] })),
    unblocks: NODES.filter((other) => (other.needs as readonly string[]).includes(node)).length,
    retry: { limit: 2, backoffMs: 1_000 },
    timeoutMs: 600_000,
  }));
  const task = (node: Node) => tasks.find((each) => each.node === node)!;
  const spec = {
    id: runId,
    projectId,
    workflowId,
    workflowVersion: 1,
    name: 'repair-discounts',
    inputs: { issue: '42' },
    branch: 'fusion/repair-discounts',
    base: commitOf('a'),
    setup: [],
    check: ['npm test'],
    team: team.map((each) => each.spec),
    budget: { costUsd: 5 },
  };
  recorder.do({ type: 'run.start', spec, tasks, agents: team });
  for (const {
    id,
    spec: { name },
  } of team)
    recorder.do(
      {
        type: 'agent.arrive',
        agentId: id,
        workspace: `/home/ada/.fusion-kit/workspaces/${name}`,
        sandbox: 'bubblewrap',
      },
      210,
    );

  const plan = new Attempt(recorder, task('plan'), planner.id);
  plan.step('I will look at the failing tests first.', [
    {
      tool: 'list_files',
      input: { path: '.' },
      output: 'package.json\nsrc/discount.js\nsrc/receipt.js\ntest/till.test.js',
    },
    test('not ok 3 - ten percent off above 100\nnot ok 5 - totals are rounded to cents\n# fail 2', true),
  ]);
  plan.step(
    'Two independent faults: the discount threshold compares strings, and totals are never rounded. One implementer each; they touch different files.',
    [
      read('src/discount.js', "export const discount = (total) => total > '100' ? total * 0.9 : total;"),
      read('src/receipt.js', 'export const total = (lines) => lines.reduce((sum, line) => sum + line.price, 0);'),
    ],
  );
  plan.send(
    { topic: 'plan.ready' },
    'Two faults. ash: src/discount.js compares with a string. oak: src/receipt.js never rounds, then amounts by locale. Keep to your own file; the reviewer runs everything at the end.',
  );
  plan.step('The plan is written and sent to the team.');
  plan.complete(
    { kind: 'unverified', files: [], fileCount: 0, checks: [], sandbox: 'bubblewrap' },
    { summary: 'discount.js: numeric threshold; receipt.js: round half up, then Intl.NumberFormat' },
  );

  const discount = new Attempt(recorder, task('discount'), ash.id);
  const rounding = new Attempt(recorder, task('rounding'), oak.id);
  discount.read();
  rounding.read();
  discount.step('The comparison is with the string "100". I will make it a number and keep the rule in one place.', [
    read('src/discount.js', "export const discount = (total) => total > '100' ? total * 0.9 : total;"),
    edit('src/discount.js', "total > '100'", 'total > THRESHOLD'),
  ]);
  rounding.step('Rounding belongs where the total is made, not where it is printed.', [
    edit('src/receipt.js', 'sum + line.price, 0)', 'sum + line.price, 0) |> cents'),
  ]);
  discount.step('Now the tests.', [test('ReferenceError: THRESHOLD is not defined', true)]);
  rounding.step('The pipeline operator is not JavaScript; I will write a plain function instead.', [
    test('SyntaxError: Unexpected token |>', true),
  ]);
  rounding.verifying();
  rounding.fail('verification_failed', 'npm test ended with exit code 1: SyntaxError in src/receipt.js');
  discount.step('A constant is missing.', [
    edit('src/discount.js', 'export const', 'const THRESHOLD = 100;\nexport const'),
    test('# pass 4\n# fail 1'),
  ]);
  recorder.do({
    type: 'message.send',
    messageId: recorder.id('msg'),
    projectId,
    runId,
    from: { kind: 'person', name: 'Ada' },
    to: { agentId: oak.id },
    text: 'No new syntax please: the till runs on Node 20.',
  });

  const again = new Attempt(recorder, { ...task('rounding') }, oak.id);
  again.read();
  again.step('Understood: plain functions only. Math.round on whole cents.', [
    edit('src/receipt.js', '|> cents', '.toCents()'),
    test('# pass 5\n# fail 0'),
  ]);
  discount.verifying();
  discount.complete(receipt('b', ['src/discount.js'], '# tests 5\n# pass 4\n# fail 1 (rounding, not of this task)'), {
    summary: 'numeric threshold',
  });
  again.send(
    { topic: 'build.rounding' },
    'Totals are rounded half up in src/receipt.js by toCents(); please look at negative amounts.',
  );
  again.verifying();
  again.complete(receipt('c', ['src/receipt.js', 'test/till.test.js'], '# tests 6\n# pass 6'), {
    summary: 'toCents()',
  });

  const currency = new Attempt(recorder, task('currency'), ash.id);
  currency.step('Amounts are joined to "€" by hand in three places. One formatter, made once.', [
    { tool: 'search', input: { pattern: '€' }, output: 'src/receipt.js:14\nsrc/receipt.js:22\nsrc/print.js:8' },
    edit('src/receipt.js', '"€" + amount', 'money.format(amount)'),
    edit('src/print.js', '"€" + amount', 'money.format(amount)'),
  ]);
  currency.step('All three places use the formatter.', [test('# pass 7\n# fail 0')]);
  currency.verifying();
  currency.complete(receipt('d', ['src/receipt.js', 'src/print.js'], '# tests 7\n# pass 7'), {
    summary: 'Intl.NumberFormat',
  });

  const review = new Attempt(recorder, task('review'), reviewer.id);
  review.read();
  review.step('Reading the landed changes together.', [
    {
      tool: 'shell',
      input: { command: 'git log -p --stat HEAD~3..' },
      output: '3 files changed, 21 insertions(+), 9 deletions(-)',
    },
    test('# pass 7\n# fail 0'),
  ]);
  review.send(
    { topic: 'review.done' },
    'Both repairs hold together. Negative totals round towards zero; noted in the test, not changed.',
  );
  review.step('I add one test for negative totals, which documents the present behaviour.', [
    edit('test/till.test.js', '});', "});\n\ntest('negative totals', …);"),
    test('# pass 8\n# fail 0'),
  ]);
  review.verifying();
  review.complete(receipt('e', ['test/till.test.js'], '# tests 8\n# pass 8'), { verdict: 'ready' });

  const notes = new Attempt(recorder, task('notes'), planner.id);
  notes.read();
  notes.step('A short note in the style of the file.', [
    { tool: 'write_file', input: { path: 'CHANGELOG.md', text: '## 1.4.1\n…' }, output: 'wrote 412 bytes' },
  ]);
  notes.verifying();
  notes.complete(receipt('f', ['CHANGELOG.md'], '# tests 8\n# pass 8'));
  recorder.do(
    {
      type: 'run.conclude',
      runId,
      passed: true,
      checks: [{ command: 'npm test', exitCode: 0, durationMs: 1_380, output: '# tests 8\n# pass 8\n# fail 0' }],
    },
    1_500,
  );
  return recorder.entries;
}
