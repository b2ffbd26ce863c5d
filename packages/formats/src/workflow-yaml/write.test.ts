import { WorkflowDefinition, type WorkflowNode } from '@fusion-kit/domain/workflow';
import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { readWorkflow } from './read.ts';
import { writeWorkflow } from './write.ts';

const text = (maxLength: number) =>
  fc.oneof(
    fc.string({ minLength: 1, maxLength }),
    fc
      .string({ unit: 'grapheme', minLength: 1, maxLength: Math.min(maxLength, 40) })
      .filter((one) => one.length <= maxLength),
    fc.constantFrom(
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
    ),
  );
const plain = (maxLength: number) => text(maxLength).map((one) => one.replaceAll('${{', '$${{'));
const maybe = <Value>(key: string, value: fc.Arbitrary<Value>) =>
  fc.option(value, { nil: undefined }).map((one) => (one === undefined ? {} : { [key]: one }));
const name = fc.stringMatching(/^[A-Za-z_][A-Za-z0-9_]{0,12}$/).filter((one) => one !== '__proto__');
const capability = fc.stringMatching(/^[a-z0-9][a-z0-9.+-]{0,10}$/);
const budget = fc
  .tuple(maybe('tokens', fc.integer({ min: 1 })), maybe('costUsd', fc.double({ min: 0.01, max: 1_000, noNaN: true })))
  .map((parts) => Object.assign({}, ...parts) as object);
const durationMs = fc.oneof(
  fc.integer({ min: 1, max: 3_600_000 }),
  fc.constantFrom(1, 1_000, 60_000, 90_000, 3_600_000),
);

const member = fc
  .tuple(
    fc.record({
      name: fc.stringMatching(/^[a-z0-9][a-z0-9-]{0,12}$/),
      runtime: text(64),
      capabilities: fc.array(capability, { maxLength: 3 }),
      subscriptions: fc.array(fc.constantFrom('plan.>', 'agent.*.status', '>', 'x'), { maxLength: 2 }),
      budget,
    }),
    maybe('provider', text(64)),
    maybe('model', text(200)),
    maybe('instructions', fc.oneof(text(500), fc.constant(''))),
  )
  .map(([first, ...rest]) => Object.assign({}, first, ...rest) as { name: string });

const nodeBody = fc.record({
  title: text(200),
  work: fc.record({
    kind: fc.constant('agent'),
    prompt: plain(500),
    outputs: fc.array(name, { maxLength: 3 }),
    verify: fc.array(text(200), { maxLength: 3 }),
    expectsChanges: fc.boolean(),
    maxSteps: fc.integer({ min: 1, max: 500 }),
  }),
  requires: fc.array(capability, { maxLength: 3 }),
  priority: fc.integer({ min: 0, max: 9 }),
  retry: fc.record({ limit: fc.integer({ min: 0, max: 20 }), backoffMs: fc.oneof(durationMs, fc.constant(0)) }),
  timeoutMs: durationMs,
});
const accept = fc.uniqueArray(fc.constantFrom('completed', 'skipped', 'failed'), { minLength: 1, maxLength: 3 });

/** Nodes that only need nodes before them. */
const nodes = fc.uniqueArray(name, { minLength: 1, maxLength: 6 }).chain((ids) =>
  fc.tuple(
    ...ids.map((id, at) =>
      fc
        .tuple(
          nodeBody,
          fc
            .subarray(ids.slice(0, at))
            .chain((needed) => fc.tuple(...needed.map((need) => accept.map((ends) => ({ id: need, accept: ends }))))),
        )
        .map(([body, needs]) => ({ ...body, id, needs })),
    ),
  ),
);

const definition = fc
  .tuple(
    fc.record({
      name: text(200),
      inputs: fc.dictionary(
        name,
        fc
          .tuple(maybe('description', text(50)), maybe('default', fc.oneof(text(50), fc.constant(''))))
          .map((parts) => Object.assign({}, ...parts) as object),
        { maxKeys: 4 },
      ),
      team: fc.uniqueArray(member, { maxLength: 4, selector: (one) => one.name }),
      setup: fc.array(text(100), { maxLength: 3 }),
      check: fc.array(fc.oneof(text(100), fc.constant('')), { maxLength: 3 }),
      budget,
      nodes,
    }),
    maybe('description', fc.oneof(text(500), fc.constant(''))),
  )
  .map((parts) => WorkflowDefinition.parse(Object.assign({}, ...parts)));

test('what is written is read again as it was', () => {
  fc.assert(
    fc.property(definition, (one) => {
      expect(readWorkflow(writeWorkflow(one), 'a.yaml').definition).toEqual(one);
    }),
    { numRuns: 300 },
  );
});

test('what is default is not written', () => {
  const node: WorkflowNode = {
    id: 'plan',
    title: 'plan',
    work: {
      kind: 'agent',
      prompt: 'Plan it.\nThen stop.\n',
      outputs: [],
      verify: [],
      expectsChanges: false,
      maxSteps: 50,
    },
    needs: [],
    requires: [],
    priority: 5,
    retry: { limit: 1, backoffMs: 2_000 },
    timeoutMs: 1_800_000,
  };
  const review: WorkflowNode = {
    ...node,
    id: 'review',
    title: 'review',
    needs: [{ id: 'plan', accept: ['completed'] }],
    timeoutMs: 90_000,
  };
  const file = writeWorkflow({
    name: 'short',
    inputs: {},
    team: [],
    setup: [],
    check: [],
    budget: {},
    nodes: [node, review],
  });
  expect(file).toBe(`name: short
nodes:
  plan:
    prompt: |
      Plan it.
      Then stop.
  review:
    prompt: |
      Plan it.
      Then stop.
    needs:
      - plan
    timeout: 90s
`);
});
