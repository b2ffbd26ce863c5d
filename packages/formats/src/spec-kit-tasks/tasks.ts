import { looseTasks } from './loose.ts';
import type { Outline, OutlinedTask } from './outline.ts';
import type { Oddities } from './warnings.ts';

/** Two tasks of one id are the same when so much of their texts is. */
const REPEATED_MAX = 60;

/** The tasks that count: those of the right form, else what comes nearest. One that is listed twice with the same words counts once. */
export function tasksOf(text: string, found: Outline, odd: Oddities): OutlinedTask[] {
  if (found.tasks.length > 0 || found.placeholders > 0) {
    for (const { line, id, reason } of found.nearly) odd.add('lines are no tasks', line, `${id} is no task: ${reason}`);
    return once(found.tasks, odd);
  }
  const loose = looseTasks(text);
  for (const { id, line } of loose) {
    const message = `this is taken for a task, ${id}, though it is not written as one; no box is ticked for it`;
    odd.add('lines are taken for tasks', line, message);
  }
  return once(loose, odd);
}

function once(tasks: readonly OutlinedTask[], odd: Oddities): OutlinedTask[] {
  const first = new Map<string, OutlinedTask>();
  return tasks.filter((task) => {
    const known = first.get(task.id);
    if (!known) {
      first.set(task.id, task);
      return true;
    }
    const same = known.text.slice(0, REPEATED_MAX) === task.text.slice(0, REPEATED_MAX);
    const what = same ? 'is listed again; the first counts' : 'stands for another task above too; both are kept';
    odd.add('ids stand twice', task.line, `${task.id} ${what}`);
    return !same;
  });
}
