import { executorOf } from '../node.ts';
import type { Accept } from '../task.ts';
import type { WorkflowNode } from '../workflow.ts';
import type { WorkflowProblem } from './problem.ts';
import type { Scope } from './scope.ts';

const ANY: readonly Accept[] = ['completed', 'skipped', 'failed'];

interface Starts {
  /** Nodes that can never start. */
  problems: WorkflowProblem[];
  /** Nodes that start only when a person skips another one. */
  warnings: string[];
}

/** Whether every node can start at all: some end of each that it needs has to be one that it accepts. Nothing is found where the nodes are no graph that can run. */
export function startsOf(scope: Scope): Starts {
  const ends = new Map<string, readonly Accept[]>();
  const found: Starts = { problems: [], warnings: [] };
  for (const id of scope.levels.keys()) {
    const node = scope.byId.get(id)!;
    const accepted = acceptedBy(node);
    const blocking = [...accepted].find(
      ([need, accept]) => !accept.some((end) => ends.get(need)?.includes(end) ?? true),
    );
    ends.set(id, blocking ? ANY : endsOf(node, ends));
    if (!blocking) continue;
    const [need, accept] = blocking;
    const wants = `needs ${need} to have ${accept.join(' or ') || 'ended in two ways at once'}`;
    if (accept.includes('skipped')) {
      found.warnings.push(`node ${scope.prefix}${id} ${wants}, which happens only when a person skips it`);
      continue;
    }
    const position = node.needs.findIndex((one) => one.id === need);
    const message = `node ${scope.prefix}${id} can never start: it ${wants}, which cannot happen`;
    found.problems.push({ code: 'workflow_invalid', message, path: [...scope.path, id, 'needs', position] });
  }
  return found;
}

/** What a node accepts of each that it needs; of one that it needs twice, what both accept. */
function acceptedBy({ needs }: WorkflowNode): Map<string, readonly Accept[]> {
  const accepted = new Map<string, readonly Accept[]>();
  for (const { id, accept } of needs)
    accepted.set(id, accepted.get(id)?.filter((end) => accept.includes(end)) ?? accept);
  return accepted;
}

/** The ends that a node can have without a person's doing: what it needs may end in a way that it does not accept, and skip it. */
function endsOf({ work, when, needs }: WorkflowNode, ends: ReadonlyMap<string, readonly Accept[]>): readonly Accept[] {
  const skipsItself =
    when !== undefined ||
    work.kind === 'condition' ||
    (work.kind === 'approval' && work.options.some(({ outcome }) => outcome === 'skip'));
  const isSkipped = needs.some(({ id, accept }) =>
    (ends.get(id) ?? ANY).some((end) => end !== 'failed' && !accept.includes(end)),
  );
  const canFail = when !== undefined || work.kind !== 'join' || executorOf(work) !== 'house';
  return ANY.filter((end) => end === 'completed' || (end === 'skipped' ? skipsItself || isSkipped : canFail));
}
