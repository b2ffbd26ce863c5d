import type { WorkflowNode } from '@fusion-kit/domain/workflow';
import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { parse } from 'yaml';
import { anyDefinition } from '@fusion-kit/testing/any-definition';
import { readWorkflow } from './read.ts';
import { writeWorkflow } from './write.ts';

test('what is written is read again as it was', () => {
  fc.assert(
    fc.property(anyDefinition, (one) => {
      expect(readWorkflow(writeWorkflow(one), 'a.yaml').definition).toEqual(one);
    }),
    { numRuns: 100 },
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

test('what is written as JSON is read again as it was', () => {
  fc.assert(
    fc.property(anyDefinition, (one) => {
      const file = JSON.stringify(parse(writeWorkflow(one)));
      expect(readWorkflow(file, 'a.json').definition).toEqual(one);
    }),
    { numRuns: 50 },
  );
});
