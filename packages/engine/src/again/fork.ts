import { FusionError } from '@fusion-kit/domain/errors';
import { dependents } from '@fusion-kit/domain/graph';
import { didYouMean } from '@fusion-kit/domain/nearest';
import type { Task } from '@fusion-kit/domain/task';
import type { WorkflowDefinition, WorkflowNode } from '@fusion-kit/domain/workflow';
import { ownNodeOf } from '../node-names.ts';

/** A merge onto a run's branch: what it was for, by the node of the workflow that it belongs to. */
export interface Merge {
  node: string;
  commit: string;
}

/** What there is to go on from. `tasks` are those of the workflow's own nodes; `merges` are in order, from `base` on. */
export interface ForkSource {
  name: string;
  definition: WorkflowDefinition;
  tasks: readonly Task[];
  base: string | undefined;
  merges: readonly Merge[];
}

export interface Fork {
  /** The commit that holds what is kept and nothing else; absent without git. */
  base: string | undefined;
  completed: Task[];
  skipped: Task[];
}

/**
 * What a new run keeps of another one when `node` and all that needs it is done anew; when no node is named, all that did not complete is. What was merged after something
 * that is done anew is done anew as well: it cannot be had without it. Pure.
 * @throws {FusionError} `task_unknown`, `bad_request` for a node inside another one, `move_refused` when nothing would be done
 */
export function forkAt({ name, definition, tasks, base, merges }: ForkSource, node?: string): Fork {
  if (node !== undefined) requireOwnNode(definition, node);
  const after = dependents(definition.nodes);
  const withAll = (nodes: Iterable<string>): Set<string> => {
    const reached = new Set(nodes);
    for (const each of reached) for (const next of after.get(each) ?? []) reached.add(next); // grows while it is walked
    return reached;
  };
  const undone = tasks.filter(({ state }) => state !== 'completed' && state !== 'skipped').map((task) => task.node);
  let anew = withAll(node === undefined ? undone : [node, ...undone]);
  if (anew.size === 0)
    throw new FusionError('move_refused', `all of run ${name} is done`, { remedy: 'Name the node that is done anew.' });
  const firstOfThose = () => merges.findIndex((merge) => anew.has(merge.node));
  let cut = firstOfThose();
  while (cut !== -1) {
    const grown = withAll([...anew, ...merges.slice(cut).map((merge) => merge.node)]);
    if (grown.size === anew.size) break;
    anew = grown;
    cut = firstOfThose();
  }
  const kept = tasks.filter((task) => !anew.has(task.node));
  return {
    base: (cut === -1 ? merges : merges.slice(0, cut)).at(-1)?.commit ?? base,
    completed: kept.filter(({ state }) => state === 'completed'),
    skipped: kept.filter(({ state }) => state === 'skipped'),
  };
}

function requireOwnNode({ nodes }: WorkflowDefinition, wanted: string): void {
  if (nodes.some(({ id }) => id === wanted)) return;
  const around = wanted.includes('/') ? nodes.find(({ id }) => id === ownNodeOf(wanted)) : nodes.find(holds(wanted));
  if (around)
    throw new FusionError('bad_request', `${wanted} runs inside ${around.id}`, {
      remedy: `Only whole nodes of the workflow are done anew: name ${around.id}.`,
    });
  const ids = nodes.map(({ id }) => id);
  throw new FusionError('task_unknown', `the workflow has no node ${wanted}${didYouMean(wanted, ids)}`);
}

const holds =
  (wanted: string) =>
  ({ body }: WorkflowNode): boolean =>
    body?.some((node) => node.id === wanted || holds(wanted)(node)) ?? false;
