import type { Command } from '@fusion-kit/domain/command';
import { failure } from '@fusion-kit/domain/errors';
import { isTrue } from '@fusion-kit/domain/expression/evaluate';
import type { LoopWork } from '@fusion-kit/domain/nodes/loop';
import type { Scope, Task } from '@fusion-kit/domain/task';
import { childSpecs, prefixOf, requireRoom } from './children.ts';
import { brokenBy, brokenIn, roundOf } from './ended.ts';
import { filledIn, keptOutputs } from './outputs.ts';
import { asked } from './asked.ts';
import type { StepOptions } from './step-options.ts';
import type { Place, Round } from './values.ts';

/** Begins a round, or ends after the last one. @throws {FusionError} `expression_invalid`, `blob_unknown`, `workflow_too_large` */
export async function loopStep(options: StepOptions, task: Task, work: LoopWork): Promise<Command | undefined> {
  const { world } = options;
  const { id: taskId } = task;
  const rounds = task.spread?.opened ?? 0;
  const holds = async (expression: string, place: Place) => isTrue(await asked(options, place, expression));
  if (rounds === 0) {
    if (work.while !== undefined && !(await holds(work.while, { task, inside: beforeTheFirst(task) })))
      return { type: 'control.close', taskId, outputs: { iterations: '0' } };
    return anotherRound(options, task, 1);
  }
  if (world.openChildren(taskId) > 0) return undefined; // asked first: it is asked at the end of every task inside
  const inside = roundOf(world, task, rounds);
  if (!inside) return undefined;
  const broken = brokenIn(world, inside);
  if (broken) return brokenBy(task, [broken]);
  const place = { task, inside };
  if (work.until !== undefined && (await holds(work.until, place))) return ended(options, task, work, inside);
  if (work.while !== undefined && !(await holds(work.while, place))) return ended(options, task, work, inside);
  if (rounds < work.max) return anotherRound(options, task, rounds + 1);
  const counted = work.until === undefined && work.while === undefined;
  if (counted || work.atMax === 'complete') return ended(options, task, work, inside);
  const message = `${task.node} did not come to its end in ${rounds} rounds`;
  return { type: 'control.fail', taskId, failure: failure('loop_limit', message) };
}

/** In the words of round 0, in which nothing ran: an `iteration` of a loop around this one is not meant. */
const beforeTheFirst = (task: Task): Round => ({ scope: scopeOf(task, 0), tasks: [] });

const scopeOf = (task: Task, round: number): Scope => ({
  parent: task.id,
  index: round,
  prefix: prefixOf(task, round),
  values: { iteration: String(round) },
});

async function anotherRound(options: StepOptions, task: Task, round: number): Promise<Command | undefined> {
  const { world, bodies, newId } = options;
  const run = world.get('runs', task.runId);
  if (run?.state !== 'running') return undefined; // begun when the run goes on
  const body = await bodies.of(run, task.node);
  requireRoom(world, task, body.length);
  const children = childSpecs(task, body, scopeOf(task, round), newId);
  return { type: 'control.open', taskId: task.id, after: round - 1, opened: round, children };
}

async function ended(options: StepOptions, task: Task, work: LoopWork, inside: Round): Promise<Command> {
  const declared = await filledIn(options, task, inside, work.outputs);
  const outputs = { ...declared, iterations: String(inside.scope.index) };
  return { type: 'control.close', taskId: task.id, outputs: await keptOutputs(options.blobs, outputs) };
}
