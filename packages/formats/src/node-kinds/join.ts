import { JoinWork } from '@fusion-kit/domain/nodes/join';
import * as z from 'zod';
import { fileObject, oneOrMany } from '../workflow-yaml/fields.ts';
import { commonKeys, nodeOf, WORK } from './common.ts';

const of = JoinWork.shape;
const ticks = of.ticks.unwrap().shape;

/** Brings branches together. */
export const joinNode = fileObject({
  kind: z.literal('join').describe('Brings the nodes it needs together.'),
  ...commonKeys(WORK),
  verify: oneOrMany(of.verify.unwrap())
    .prefault([])
    .describe('Shell commands that must succeed on what has landed by then.'),
  ticks: fileObject({
    file: ticks.file.describe('The task list.'),
    ids: ticks.ids.describe('The tasks whose boxes are ticked: T001, T002.'),
  })
    .optional()
    .describe('Boxes of a Spec Kit task list that are ticked after that.'),
}).transform(({ kind, verify, ticks: boxes, ...keys }) =>
  nodeOf(keys, { kind, verify, ...(boxes && { ticks: boxes }) }),
);

/** The keys that differ from their defaults. */
export const writeJoin = (work: JoinWork): Record<string, unknown> => ({
  ...(work.verify.length > 0 && { verify: work.verify }),
  ...(work.ticks && { ticks: work.ticks }),
});
