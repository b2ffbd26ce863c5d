import type { ConditionWork } from '@fusion-kit/domain/nodes/condition';
import * as z from 'zod';
import { expression, fileObject } from '../workflow-yaml/fields.ts';
import { commonKeys, nodeOf, WAIT } from './common.ts';

/** A fork in the road. */
export const conditionNode = fileObject({
  kind: z.literal('condition').describe('Told by `if` when absent.'),
  ...commonKeys(WAIT),
  if: expression.describe('Completes the node when it is true and skips it when it is false.'),
}).transform(({ kind, if: condition, ...keys }) => nodeOf(keys, { kind, if: condition }));

export const writeCondition = (work: ConditionWork): Record<string, unknown> => ({ if: work.if });
