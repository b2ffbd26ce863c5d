import { WorkflowDefinition } from '@fusion-kit/domain/workflow';
import { startsOf } from '@fusion-kit/domain/workflow-check/reachable';
import { scopesOf } from '@fusion-kit/domain/workflow-check/scope';
import * as fc from 'fast-check';

const ODD = [
  'true',
  'null',
  '1.10',
  ' x ',
  '- a',
  'a: b',
  '# no',
  'a\n\n  b\n',
  '\n',
  '"',
  "'",
  '*x',
  '&x',
  '%',
  '1_0',
];
const text = (maxLength: number) =>
  fc.oneof(
    fc.string({ minLength: 1, maxLength }),
    fc
      .string({ unit: 'grapheme', minLength: 1, maxLength: Math.min(maxLength, 40) })
      .filter((one) => one.length <= maxLength),
    fc.constantFrom(...ODD),
  );
const template = (maxLength: number) =>
  fc.oneof(
    text(maxLength - 100).map((one) => one.replaceAll('${{', () => '$${{')),
    fc.constantFrom('${{ run.id }}', "a ${{ run.branch | default('}}') }}", '$${{ no }}'),
  );
const expression = fc.constantFrom(
  'true',
  "run.id == 'x: #'",
  `run.branch in ["a", 'b\\'']`,
  '1 < 2\n&& not null',
  "'${{'",
);
const optional = <Value>(value: fc.Arbitrary<Value>) => fc.option(value, { nil: undefined });
const name = fc.stringMatching(/^[A-Za-z_][A-Za-z0-9_]{0,12}$/).filter((one) => one !== '__proto__');
const byName = <Value>(value: fc.Arbitrary<Value>) => fc.dictionary(name, value, { maxKeys: 3, noNullPrototype: true });
const capability = fc.stringMatching(/^[a-z0-9][a-z0-9.+-]{0,10}$/);
const budget = fc.record(
  { tokens: fc.integer({ min: 1 }), costUsd: fc.double({ min: 0.01, max: 1_000, noNaN: true }) },
  { requiredKeys: [] },
);
const durationMs = fc.oneof(
  fc.integer({ min: 1, max: 3_600_000 }),
  fc.constantFrom(1, 1_000, 60_000, 90_000, 1_800_000, 3_600_000),
);
const paths = fc.array(fc.constantFrom('src/**', 'a b.txt', '{a,b}/*.ts', 'docs'), { maxLength: 3 });
const commands = fc.array(text(200), { maxLength: 3 });

const schema = fc
  .dictionary(name, fc.jsonValue({ maxDepth: 2 }), { maxKeys: 3, noNullPrototype: true })
  .map((one) => JSON.parse(JSON.stringify(one)) as object)
  .filter((one) => !JSON.stringify(one).includes('__proto__'));
const agent = fc
  .uniqueArray(fc.tuple(name, optional(schema)), { maxLength: 3, selector: ([one]) => one })
  .chain((outputs) => {
    const kept = outputs.filter(([, one]) => one !== undefined);
    return fc.record({
      kind: fc.constant('agent'),
      prompt: template(500),
      inputs: optional(byName(template(200))),
      outputs: fc.constant(outputs.map(([one]) => one)),
      outputSchemas: fc.constant(kept.length > 0 ? Object.fromEntries(kept) : undefined),
      verify: commands,
      expectsChanges: fc.boolean(),
      files: optional(paths),
      writes: optional(paths),
      wants: optional(fc.oneof(fc.record({ runtime: text(64) }), fc.record({ provider: text(64), model: text(200) }))),
      maxSteps: fc.integer({ min: 1, max: 500 }),
      maxTokens: fc.integer({ min: 1, max: 10_000_000 }),
    });
  });
const command = fc.record({
  kind: fc.constant('command'),
  run: fc.constantFrom('npm test', 'echo ${{ run.id }}', 'a && b\nc', 'printf "%s" "$HOME" # it is'),
  env: optional(byName(template(200))),
  exitCodes: fc.uniqueArray(fc.integer({ min: 0, max: 255 }), { minLength: 1, maxLength: 3 }),
  verify: commands,
  expectsChanges: fc.boolean(),
  writes: optional(paths),
});
const option = fc.record({
  id: fc.constantFrom('approve', 'reject', 'skip', 'cancel', 'later', '1'),
  label: optional(text(80)),
  outcome: fc.constantFrom('complete', 'skip', 'fail', 'cancel_run'),
});
const approval = fc.uniqueArray(option, { minLength: 1, maxLength: 4, selector: ({ id }) => id }).chain((options) =>
  fc.record({
    kind: fc.constant('approval'),
    message: template(300),
    to: optional(text(100)),
    options: fc.constant(options),
    onTimeout: optional(fc.constantFrom(...options.map(({ id }) => id))),
  }),
);
const usualApproval = fc.record({ kind: fc.constant('approval'), message: template(300) });
const condition = fc.record({ kind: fc.constant('condition'), if: expression });
const join = fc.record({
  kind: fc.constant('join'),
  verify: commands,
  ticks: optional(fc.constant({ file: 'specs/001-a/tasks.md', ids: ['T001', 'T1234'] })),
});
const outputs = byName(template(200));
const map = fc.record({
  kind: fc.constant('map'),
  over: fc.constantFrom("['a', 'b']", "split(run.id, ',')"),
  width: fc.integer({ min: 1, max: 1_000 }),
  tolerant: fc.boolean(),
  outputs,
});
const loop = fc.record({
  kind: fc.constant('loop'),
  while: optional(expression),
  until: optional(expression),
  max: fc.integer({ min: 1, max: 1_000 }),
  atMax: fc.constantFrom('fail', 'complete'),
  outputs,
});
const inline = fc.record({ kind: fc.constant('subworkflow'), inputs: fc.constant({}), outputs });
const named = fc.record({
  kind: fc.constant('subworkflow'),
  workflow: text(200),
  version: optional(fc.integer({ min: 1, max: 1_000 })),
  inputs: byName(template(200)),
  outputs,
});

const accept = fc.uniqueArray(fc.constantFrom('completed', 'skipped', 'failed'), { minLength: 1, maxLength: 3 });
const kinds = ['provider_limit', 'provider', 'timeout', 'crash', 'verification', 'conflict', 'refused', 'cancelled'];
const common = {
  title: text(200),
  requires: fc.array(capability, { maxLength: 3 }),
  priority: fc.integer({ min: 0, max: 9 }),
  retry: fc.record({
    limit: fc.integer({ min: 0, max: 20 }),
    backoffMs: fc.oneof(durationMs, fc.constantFrom(0, 2_000)),
    on: optional(fc.subarray(kinds)),
  }),
  timeoutMs: fc.oneof(durationMs, fc.constant(7 * 86_400_000)),
  when: optional(expression),
  affinity: optional(text(100)),
};

/** Nodes that only need nodes before them, some with others inside. */
const nodesOf = (body?: fc.Arbitrary<unknown>): fc.Arbitrary<unknown> => {
  const leaf = fc.record({
    ...common,
    work: fc.oneof(agent, command, approval, usualApproval, condition, join, named),
  });
  const node = body
    ? fc.oneof(
        { weight: 3, arbitrary: leaf },
        { weight: 1, arbitrary: fc.record({ ...common, work: fc.oneof(map, loop, inline), body }) },
      )
    : leaf;
  return fc.uniqueArray(name, { minLength: 1, maxLength: 5 }).chain((ids) =>
    fc.tuple(
      ...ids.map((id, at) => {
        const needs = fc
          .subarray(ids.slice(0, at))
          .chain((needed) => fc.tuple(...needed.map((need) => accept.map((ends) => ({ id: need, accept: ends })))));
        return fc.tuple(node, needs).map(([one, needed]) => ({ ...one, id, needs: needed }));
      }),
    ),
  );
};
const member = fc.record(
  {
    name: fc.stringMatching(/^[a-z0-9][a-z0-9-]{0,12}$/),
    runtime: text(64),
    capabilities: fc.array(capability, { maxLength: 3 }),
    subscriptions: fc.array(fc.constantFrom('plan.>', 'agent.*.status', '>', 'x'), { maxLength: 2 }),
    budget,
    provider: text(64),
    model: text(200),
    instructions: fc.oneof(text(500), fc.constant('')),
  },
  { requiredKeys: ['name', 'runtime', 'capabilities', 'subscriptions', 'budget'] },
);

/** Definitions as files give them: nodes of every kind, bodies in bodies, texts that YAML has to take care of. */
export const anyDefinition: fc.Arbitrary<WorkflowDefinition> = fc
  .record(
    {
      name: text(200),
      inputs: byName(
        fc.record({ description: text(50), default: fc.oneof(text(50), fc.constant('')) }, { requiredKeys: [] }),
      ),
      team: fc.uniqueArray(member, { maxLength: 4, selector: (one) => one.name }),
      setup: fc.array(text(100), { maxLength: 3 }),
      check: fc.array(fc.oneof(text(100), fc.constant('')), { maxLength: 3 }),
      budget,
      nodes: nodesOf(nodesOf(nodesOf())),
      description: fc.oneof(text(500), fc.constant('')),
      outputs,
      hosts: fc.array(fc.constantFrom('registry.npmjs.org', '*.example.com:8443', 'localhost:5432'), { maxLength: 2 }),
      secrets: fc.array(fc.constantFrom('NPM_TOKEN', 'DATABASE_URL'), { maxLength: 2 }),
      concurrency: fc.integer({ min: 1, max: 10_000 }),
      timeoutMs: durationMs,
      stall: fc.constantFrom('retry', 'ask', 'wait'),
      proposals: fc.constantFrom('ask', 'accept', 'refuse'),
    },
    { requiredKeys: ['name', 'inputs', 'team', 'setup', 'check', 'budget', 'nodes'] },
  )
  // undefined and absent are the same to a file
  .map((one) => WorkflowDefinition.parse(JSON.parse(JSON.stringify(one))))
  // a file in which a node waits for what cannot happen is refused
  .filter((one) => scopesOf(one).every((scope) => startsOf(scope).problems.length === 0));
