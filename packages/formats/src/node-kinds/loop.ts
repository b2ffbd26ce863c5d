import { LoopWork } from '@fusion-kit/domain/nodes/loop';
import type { WorkflowNode } from '@fusion-kit/domain/workflow';
import * as z from 'zod';
import { expression, fileObject } from '../workflow-yaml/fields.ts';
import { commonKeys, nodeOf, WAIT } from './common.ts';

const of = LoopWork.shape;

/** Its body again and again. */
export const loopNode = (body: z.ZodType<WorkflowNode[]>) =>
  fileObject({
    kind: z.literal('loop').describe('Told by `max` when absent.'),
    ...commonKeys(WAIT),
    while: expression.optional().describe('Asked before each round; ends the loop when it is false.'),
    until: expression.optional().describe('Asked after each round; ends the loop when it is true.'),
    max: of.max.describe('The most rounds.'),
    atMax: of.atMax.describe('What becomes of the node after the last round that is allowed.'),
    outputs: of.outputs.describe(
      'Results that later nodes may use, by name, each with what the last round gives to it.',
    ),
    body: body.describe('The nodes of a round; they may speak of iteration.'),
  }).transform(({ kind, while: before, until, max, atMax, outputs, body: inside, ...keys }) =>
    nodeOf(
      keys,
      {
        kind,
        ...(before !== undefined && { while: before }),
        ...(until !== undefined && { until }),
        max,
        atMax,
        outputs,
      },
      inside,
    ),
  );

/** The keys that differ from their defaults. */
export const writeLoop = ({ while: before, until, max, atMax, outputs }: LoopWork): Record<string, unknown> => ({
  ...(before !== undefined && { while: before }),
  ...(until !== undefined && { until }),
  max,
  ...(atMax !== 'fail' && { atMax }),
  ...(Object.keys(outputs).length > 0 && { outputs }),
});
