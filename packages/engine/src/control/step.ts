import type { Command } from '@fusion-kit/domain/command';
import { failure } from '@fusion-kit/domain/errors';
import { isTrue } from '@fusion-kit/domain/expression/evaluate';
import { needsMet } from '@fusion-kit/domain/schedule';
import { isOfHouse, type Task } from '@fusion-kit/domain/task';
import type { World } from '@fusion-kit/domain/world';
import { approvalStep } from './approval.ts';
import { asked } from './asked.ts';
import { loopStep } from './loop.ts';
import { mapStep } from './map.ts';
import type { StepOptions } from './step-options.ts';
import { subworkflowStep } from './subworkflow.ts';

/** Whether the house has something to do about a task at all: it asks its condition, or carries it out. Pure. */
export const concernsHouse = (task: Task): boolean =>
  (task.state === 'queued' && ((task.when !== undefined && !task.admitted) || isOfHouse(task))) ||
  (task.state === 'running' && isOfHouse(task));

/** Whether a task may be taken up now, as far as what it needs and its run go. Pure. */
export const isUp = (world: World, task: Task): boolean =>
  task.state === 'running' || (needsMet(world, task) && world.get('runs', task.runId)?.state === 'running');

/** When the time of a task ends that the house has in hand. Pure. */
export const endsAt = (task: Task): number => (task.startedAt ?? task.createdAt) + task.timeoutMs;

/**
 * What the house does next about a task, as a command that can be told twice; undefined when there is nothing to do before something else happens.
 * @throws {FusionError} what the task then fails with
 */
export async function nextStep(options: StepOptions, task: Task): Promise<Command | undefined> {
  const { id: taskId, work, when } = task;
  if (task.state === 'queued' && when !== undefined && !task.admitted) {
    if (isTrue(await asked(options, { task }, when))) return { type: 'task.admit', taskId };
    return { type: 'task.skip', taskId, reason: `its condition does not hold: ${cut(when)}` };
  }
  if (task.state === 'running' && endsAt(task) <= options.clock()) return overdue(task);
  switch (work.kind) {
    case 'join':
      return { type: 'control.close', taskId, outputs: {} };
    case 'condition':
      if (isTrue(await asked(options, { task }, work.if))) return { type: 'control.close', taskId, outputs: {} };
      return { type: 'task.skip', taskId, reason: `it does not hold: ${cut(work.if)}` };
    case 'approval':
      return approvalStep(options, task, work);
    case 'map':
      return mapStep(options, task, work);
    case 'loop':
      return loopStep(options, task, work);
    case 'subworkflow':
      return subworkflowStep(options, task, work);
    case 'agent':
    case 'command':
      return undefined;
  }
}

function overdue({ id: taskId, node, work, timeoutMs }: Task): Command {
  if (work.kind === 'approval') {
    if (work.onTimeout !== undefined) return { type: 'task.answer', taskId, option: work.onTimeout, by: 'timeout' };
    return { type: 'control.fail', taskId, failure: failure('approval_timeout', `nobody answered ${node} in time`) };
  }
  const message = `${node} did not end in the ${timeoutMs} ms it may take`;
  return { type: 'control.fail', taskId, failure: failure('task_timeout', message) };
}

const REASON_MAX = 200;
const cut = (expression: string): string =>
  expression.length <= REASON_MAX ? expression : `${expression.slice(0, REASON_MAX)}…`;
