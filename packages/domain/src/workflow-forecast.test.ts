import { expect, test } from 'vitest';
import { NodeWork } from './node.ts';
import { forecastOf } from './workflow-forecast.ts';
import type { WorkflowNode } from './workflow.ts';

const node = (
  id: string,
  needs: string[] = [],
  work: object = { kind: 'join' },
  body?: WorkflowNode[],
): WorkflowNode => ({
  id,
  title: id,
  work: NodeWork.parse(work),
  needs: needs.map((need) => ({ id: need, accept: ['completed'] })),
  requires: [],
  priority: 5,
  retry: { limit: 1, backoffMs: 2_000 },
  timeoutMs: 60_000,
  ...(body && { body }),
});

test('a forecast counts what lies inside nodes: the longest chain goes through it, a map is as wide as it may be', () => {
  const body = [node('fix'), node('test', ['fix']), node('lint', ['fix'])];
  const nodes = [
    node('plan'),
    node('quick', ['plan']),
    node('each', ['plan'], { kind: 'map', over: '[]', width: 4 }, body),
    node('end', ['each', 'quick']),
  ];
  expect(forecastOf({ nodes })).toEqual({
    nodes: 7,
    levels: 4,
    widest: 9,
    criticalPath: ['plan', 'each/fix', 'each/test', 'end'],
  });
});
