import { waitsForPerson } from '@fusion-kit/domain/questions';
import { hasBody } from '@fusion-kit/domain/node';
import { isOfHouse, type Task } from '@fusion-kit/domain/task';
import type { AnyState } from './state-look.ts';

/** What is shown as the state of a task: what matters most about it. Pure. */
export function shownState(
  task: Pick<Task, 'state' | 'phase' | 'work' | 'stalled' | 'inheritedFrom' | 'questions' | 'dispatch'>,
): AnyState {
  if (task.inheritedFrom) return 'kept';
  if (task.state !== 'running') return task.state;
  if (task.stalled) return 'stalled';
  if (task.work.kind === 'approval' || waitsForPerson(task)) return 'asking';
  // the house holds what runs inside others as parked; to a reader it is under way
  if (hasBody(task.work) || isOfHouse(task) || task.phase === 'working') return 'running';
  return task.phase ?? 'running';
}
