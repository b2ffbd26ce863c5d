import { failure, FusionError } from '../errors.ts';
import type { Event } from '../event.ts';
import { needsMet } from '../schedule.ts';
import { isHeld, isOfHouse, type Task } from '../task.ts';
import type { World } from '../world.ts';
import { birth } from './birth.ts';
import { known, type Rules } from './decision.ts';
import { cancelRun } from './run-end.ts';
import { settle } from './settle.ts';

const about = ({ projectId, runId, id }: Task) => ({ v: 1 as const, projectId, runId, taskId: id });

/** The task, if it waits and may start as far as its needs and its run go. @throws {FusionError} `move_refused` */
function waiting(world: World, taskId: string): Task {
  const task = known(world, 'tasks', taskId);
  if (task.state !== 'queued') throw new FusionError('move_refused', `task ${task.node} is ${task.state}`);
  atWork(world, task);
  if (!needsMet(world, task))
    throw new FusionError('move_refused', `task ${task.node} needs tasks that have not ended`);
  return task;
}

function atWork(world: World, task: Task): void {
  const run = known(world, 'runs', task.runId);
  if (run.state !== 'running') throw new FusionError('move_refused', `its run ${run.name} is ${run.state}`);
}

/** The task, if the house has it in hand or may take it now. @throws {FusionError} `move_refused` */
function ofHouse(world: World, taskId: string): Task {
  const task = known(world, 'tasks', taskId);
  if (!isOfHouse(task)) throw new FusionError('move_refused', `task ${task.node} is done by an agent`);
  if (task.state === 'queued') {
    if (task.when !== undefined && !task.admitted)
      throw new FusionError('move_refused', `the condition of task ${task.node} has not been asked`);
    return waiting(world, taskId);
  }
  if (task.state !== 'running') throw new FusionError('move_refused', `task ${task.node} is ${task.state}`);
  return task;
}

export const controlRules: Rules<
  'task.admit' | 'task.skip' | 'task.answer' | 'control.open' | 'control.close' | 'control.fail'
> = {
  'task.admit'(world, { taskId }) {
    const task = waiting(world, taskId);
    return task.admitted ? [] : [{ type: 'task.admitted', ...about(task) }];
  },

  'task.skip'(world, { taskId, reason }) {
    const task = known(world, 'tasks', taskId);
    if (task.state === 'skipped') return [];
    if (task.state !== 'queued' && !(task.state === 'running' && !isHeld(task)))
      throw new FusionError('move_refused', `task ${task.node} is ${task.state}; only one that waits can be skipped`);
    return [{ type: 'task.skipped', ...about(task), reason }, ...settle(world, [{ task, state: 'skipped' }])];
  },

  'task.answer'(world, { taskId, option, comment, by }) {
    const task = known(world, 'tasks', taskId);
    const { work } = task;
    if (work.kind !== 'approval') throw new FusionError('move_refused', `task ${task.node} asks nothing`);
    if (task.state !== 'running') throw new FusionError('move_refused', `approval ${task.node} is ${task.state}`);
    const chosen = work.options.find((each) => each.id === option);
    if (!chosen) {
      const there = work.options.map((each) => each.id).join(', ');
      throw new FusionError('bad_request', `approval ${task.node} has no option ${option}; it has ${there}`);
    }
    const said = `${option} by ${by}${comment ? `: ${comment}` : ''}`;
    const outputs = { choice: option, by, comment: comment ?? '' };
    switch (chosen.outcome) {
      case 'complete':
        return [{ type: 'task.completed', ...about(task), outputs }, ...settle(world, [{ task, state: 'completed' }])];
      case 'skip':
        return [{ type: 'task.skipped', ...about(task), reason: said }, ...settle(world, [{ task, state: 'skipped' }])];
      case 'fail': {
        const why = failure('approval_refused', `${task.node}: ${said}`);
        return [{ type: 'task.failed', ...about(task), failure: why }, ...settle(world, [{ task, state: 'failed' }])];
      }
      case 'cancel_run':
        return cancelRun(world, known(world, 'runs', task.runId), said);
    }
  },

  'control.open'(world, { taskId, after, opened, of, asks, children }) {
    const task = ofHouse(world, taskId);
    if ((task.spread?.opened ?? 0) !== after) return []; // told twice
    if (task.state === 'running') atWork(world, task);
    if (task.state === 'running' && opened <= after) return [];
    const opening: Event = {
      type: 'task.opened',
      ...about(task),
      opened,
      ...(of !== undefined && { of }),
      ...(asks !== undefined && { asks }),
    };
    return [opening, ...children.flatMap(birth)];
  },

  'control.close'(world, { taskId, outputs }) {
    const task = ofHouse(world, taskId);
    if (world.openChildren(taskId) > 0)
      throw new FusionError('move_refused', `task ${task.node} still has tasks inside that have not ended`);
    return [{ type: 'task.completed', ...about(task), outputs }, ...settle(world, [{ task, state: 'completed' }])];
  },

  'control.fail'(world, { taskId, failure: why }) {
    const task = known(world, 'tasks', taskId);
    if (task.state !== 'queued' && !(task.state === 'running' && !isHeld(task))) return []; // ended meanwhile
    return [{ type: 'task.failed', ...about(task), failure: why }, ...settle(world, [{ task, state: 'failed' }])];
  },
};
