import { SubworkflowWork } from '@fusion-kit/domain/nodes/subworkflow';
import type { WorkflowNode } from '@fusion-kit/domain/workflow';
import * as z from 'zod';
import { fileObject } from '../workflow-yaml/fields.ts';
import { commonKeys, nodeOf, WAIT } from './common.ts';

const of = SubworkflowWork.shape;

/** Another workflow as one node. */
export const subworkflowNode = (body: z.ZodType<WorkflowNode[]>) =>
  fileObject({
    kind: z.literal('subworkflow').describe('Told by `workflow`, or by a `body` alone, when absent.'),
    ...commonKeys(WAIT),
    workflow: of.workflow.describe('The name of a saved workflow of the same project.'),
    version: of.version.describe('The version of it; the latest when absent.'),
    inputs: of.inputs.describe('What it is given; expressions in ${{ }} are filled in.'),
    outputs: of.outputs.describe(
      'Results that later nodes may use, by name; those that the workflow declares when absent.',
    ),
    body: body.optional().describe('Nodes of its own, in place of a saved workflow.'),
  }).transform(({ kind, workflow, version, inputs, outputs, body: inside, ...keys }) =>
    nodeOf(
      keys,
      { kind, ...(workflow !== undefined && { workflow }), ...(version !== undefined && { version }), inputs, outputs },
      inside,
    ),
  );

/** The keys that differ from their defaults. */
export const writeSubworkflow = ({ workflow, version, inputs, outputs }: SubworkflowWork): Record<string, unknown> => ({
  ...(workflow !== undefined && { workflow }),
  ...(version !== undefined && { version }),
  ...(Object.keys(inputs).length > 0 && { inputs }),
  ...(Object.keys(outputs).length > 0 && { outputs }),
});
