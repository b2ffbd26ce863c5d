import { checkGraph } from '@fusion-kit/domain/graph';
import { didYouMean } from '@fusion-kit/domain/nearest';
import { type FileProblem, PROBLEMS_MAX } from '../problem.ts';
import { dependenciesIn, type Mention } from './mentions.ts';
import type { OutlinedTask } from './outline.ts';
import { type Oddities, problem } from './warnings.ts';

/** What a task says it comes after, as positions in the list. */
export interface Dependencies {
  /** By `depends on`: kept whatever way they point. */
  explicit: number[][];
  /** By an id in the text, whichever way it points. */
  mentioned: number[][];
}

/** Ranges in all texts together may stand for so many tasks. */
const RANGED_MAX = 200_000;

/**
 * What the texts of tasks say about other tasks. Ids that do not exist and circles are problems where the file says `(depends on …)`,
 * and nothing where it merely speaks of them.
 */
export function dependenciesOf(
  tasks: readonly OutlinedTask[],
  odd: Oddities,
): Dependencies & { problems: FileProblem[] } {
  const at = new Map<string, number>();
  for (const [position, { id, parts }] of tasks.entries()) {
    for (const one of [id, ...parts]) if (!at.has(one)) at.set(one, position);
  }
  const problems: FileProblem[] = [];
  const resolve = resolver(at);
  const promised: number[][] = [];
  const explicit: number[][] = [];
  const mentioned: number[][] = [];
  for (const [position, task] of tasks.entries()) {
    const said = dependenciesIn(`${task.text}\n${task.more}`);
    if (said.unnamed)
      odd.add('tasks depend on what has no id', task.line, `${task.id} depends on something that has no id`);
    for (const id of said.promised.flatMap((mention) => ('id' in mention ? mention.id : [mention.from, mention.to]))) {
      if (at.has(id) || problems.length >= PROBLEMS_MAX) continue;
      const message = `${task.id} depends on ${id}, which does not exist${didYouMean(id, at.keys())}`;
      problems.push(problem('workflow_needs_unknown', task.line, message));
    }
    const others = (found: readonly Mention[]) =>
      [...new Set(found.flatMap(resolve))].filter((one) => one !== position);
    promised.push(others(said.promised));
    explicit.push(others([...said.promised, ...said.explicit]));
    mentioned.push(others(said.mentioned));
  }
  problems.push(...circles(tasks, promised));
  if (problems.length > 0 || circles(tasks, explicit).length === 0) return { explicit, mentioned, problems };
  // what is said in passing gives way where it leads in a circle
  for (const [position, task] of tasks.entries()) {
    const loose = explicit[position]!.filter((other) => other > position && !promised[position]!.includes(other));
    if (loose.length === 0) continue;
    explicit[position] = explicit[position]!.filter((other) => !loose.includes(other));
    mentioned[position]!.push(...loose);
    odd.add(
      'tasks depend on each other in a circle',
      task.line,
      `what ${task.id} says of later tasks leads in a circle`,
    );
  }
  return circles(tasks, explicit).length === 0
    ? { explicit, mentioned, problems }
    : { explicit: promised, mentioned: explicit.map((one, position) => [...mentioned[position]!, ...one]), problems };
}

function resolver(at: ReadonlyMap<string, number>): (mention: Mention) => number[] {
  let ranged = 0;
  return (mention) => {
    if ('id' in mention) return [at.get(mention.id)].flatMap((one) => one ?? []);
    const [from, to] = [at.get(mention.from), at.get(mention.to)];
    if (from === undefined || to === undefined) return [from, to].flatMap((one) => one ?? []);
    const [first, last] = [Math.min(from, to), Math.max(from, to)];
    ranged += last - first + 1;
    if (ranged > RANGED_MAX) return [first, last];
    return Array.from({ length: last - first + 1 }, (_, step) => first + step);
  };
}

function circles(tasks: readonly OutlinedTask[], explicit: readonly number[][]): FileProblem[] {
  const nodes = explicit.map((needs, position) => ({
    id: String(position),
    needs: needs.map((id) => ({ id: String(id) })),
  }));
  return checkGraph(nodes).map(({ node, path }) => {
    const named = path.slice(0, 12).map((position) => tasks[Number(position)]!.id);
    const circle = path.length > 12 ? [...named, '…', named[0]] : named;
    const line = tasks[Number(node)]!.line;
    return problem('workflow_cycle', line, `the tasks depend on each other in a circle: ${circle.join(' → ')}`);
  });
}
