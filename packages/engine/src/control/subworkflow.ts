import type { Command } from '@fusion-kit/domain/command';
import { fill, references } from '@fusion-kit/domain/expression/template';
import { templatesOf } from '@fusion-kit/domain/node';
import { unkeyed } from '@fusion-kit/domain/nodes/kind';
import type { SubworkflowWork } from '@fusion-kit/domain/nodes/subworkflow';
import type { Scope, Task } from '@fusion-kit/domain/task';
import { childSpecs, prefixOf, requireRoom } from './children.ts';
import { brokenBy, brokenIn, roundOf } from './ended.ts';
import { filledIn, keptOutputs } from './outputs.ts';
import type { StepOptions } from './step-options.ts';
import { valuesAt } from './values.ts';

/** Begins what is inside with its inputs, and ends with its outputs. @throws {FusionError} `expression_invalid`, `blob_unknown`, `workflow_too_large` */
export async function subworkflowStep(
  options: StepOptions,
  task: Task,
  work: SubworkflowWork,
): Promise<Command | undefined> {
  const { world, blobs, bodies, newId } = options;
  const { id: taskId } = task;
  const run = world.get('runs', task.runId);
  if (!run) return undefined;
  if (task.state === 'queued') {
    const body = await bodies.of(run, task.node);
    requireRoom(world, task, body.length);
    const inputs = work.workflow === undefined ? undefined : await givenInputs(options, task, work);
    const scope: Scope = { parent: taskId, index: 1, prefix: prefixOf(task, 1), values: {}, ...(inputs && { inputs }) };
    return { type: 'control.open', taskId, after: 0, opened: 1, of: 1, children: childSpecs(task, body, scope, newId) };
  }
  if (world.openChildren(taskId) > 0) return undefined; // asked first: it is asked at the end of every task inside
  const round = roundOf(world, task, 1);
  if (!round) return undefined;
  const broken = brokenIn(world, round);
  if (broken) return brokenBy(task, [broken]);
  const outputs = await keptOutputs(blobs, await filledIn(options, task, round, work.outputs));
  return { type: 'control.close', taskId, outputs };
}

async function givenInputs(options: StepOptions, task: Task, work: SubworkflowWork): Promise<Scope['inputs']> {
  const templates = templatesOf(work);
  const values = await valuesAt(options, { task }, Object.values(templates).flatMap(references));
  const filled = Object.fromEntries(Object.entries(templates).map(([key, text]) => [key, fill(text, values)]));
  return keptOutputs(options.blobs, unkeyed('inputs', work.inputs, filled));
}
