import { MapWork } from '@fusion-kit/domain/nodes/map';
import type { WorkflowNode } from '@fusion-kit/domain/workflow';
import * as z from 'zod';
import { fileObject, list } from '../workflow-yaml/fields.ts';
import { commonKeys, nodeOf, WAIT } from './common.ts';

const of = MapWork.shape;
const WIDTH = of.width.parse(undefined);

/** Its body once for every entry of a list. */
export const mapNode = (body: z.ZodType<WorkflowNode[]>) =>
  fileObject({
    kind: z.literal('map').describe('Told by `over` when absent.'),
    ...commonKeys(WAIT),
    over: list.describe('The list: an expression that gives one, or the entries themselves.'),
    width: of.width.describe('The most entries that are worked on at once.'),
    tolerant: of.tolerant.describe('When true, entries that fail do not fail the node; their results are null.'),
    outputs: of.outputs.describe('Lists that later nodes may use, by name, each with what an entry gives to it.'),
    body: body.describe('The nodes that run for every entry; they may speak of item and index.'),
  }).transform(({ kind, over, width, tolerant, outputs, body: inside, ...keys }) =>
    nodeOf(keys, { kind, over, width, tolerant, outputs }, inside),
  );

/** The keys that differ from their defaults. */
export const writeMap = ({ over, width, tolerant, outputs }: MapWork): Record<string, unknown> => ({
  over,
  ...(width !== WIDTH && { width }),
  ...(tolerant && { tolerant }),
  ...(Object.keys(outputs).length > 0 && { outputs }),
});
