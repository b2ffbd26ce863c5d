import type { Task } from '@fusion-kit/domain/task';
import type { World } from '@fusion-kit/domain/world';

const ENDED: ReadonlySet<string> = new Set(['completed', 'failed', 'cancelled', 'skipped']);
const open = (task: Task): boolean => !ENDED.has(task.state);

/** Counts anew, task by task, what the world keeps as indexes, and throws where they differ. */
export function recount(world: World): void {
  const tasks = [...world.all('tasks')];
  const same = (what: string, kept: unknown, counted: unknown) => {
    if (JSON.stringify(kept) !== JSON.stringify(counted))
      throw new Error(`${what}: kept ${JSON.stringify(kept)}, counted ${JSON.stringify(counted)}`);
  };
  for (const run of world.all('runs')) {
    const mine = tasks.filter((task) => task.runId === run.id);
    const held = mine.filter(
      (task) => task.dispatch && task.phase !== 'landing' && (task.state === 'assigned' || task.state === 'running'),
    );
    same(`openTasks ${run.id}`, world.openTasks(run.id), mine.filter(open).length);
    same(`heldTasks ${run.id}`, world.heldTasks(run.id), held.length);
    same(`tasksOf ${run.id}`, ids(world.tasksOf(run.id)), ids(mine));
  }
  for (const task of tasks) {
    const inside = tasks.filter((each) => each.scope?.parent === task.id);
    const openInside = inside.filter(open);
    same(`childrenOf ${task.id}`, world.childrenOf(task.id).toSorted(), ids(inside));
    same(`openChildren ${task.id}`, world.openChildren(task.id), openInside.length);
    same(`openItems ${task.id}`, world.openItems(task.id), new Set(openInside.map((each) => each.scope?.index)).size);
    const first = openInside.filter((each) => each.scope?.index === 1).length;
    same(`openChildren ${task.id} 1`, world.openChildren(task.id, 1), first);
    const dependents = tasks.filter((each) => each.needs.some((need) => need.id === task.id));
    same(`dependents ${task.id}`, world.dependents(task.id).toSorted(), ids(dependents));
    const unmet = task.needs.filter(({ id, accept }) => {
      const needed = world.get('tasks', id);
      return !needed || !(accept as readonly string[]).includes(needed.state);
    });
    if (task.state === 'queued')
      same(`unmetNeeds ${task.id}`, [...world.unmetNeeds(task.id)].toSorted(), unmet.map(({ id }) => id).toSorted());
  }
}

const ids = (tasks: Iterable<{ id: string }>): string[] => [...tasks].map(({ id }) => id).toSorted();
