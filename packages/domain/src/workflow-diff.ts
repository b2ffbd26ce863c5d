import * as z from 'zod';
import type { WorkflowDefinition, WorkflowNode } from './workflow.ts';

/** A key that differs; `from` or `to` is absent where the key was. Values are JSON texts, shortened. Keys of keys are joined by a dot: `work.prompt`. */
export const KeyChange = z.object({ key: z.string(), from: z.string().optional(), to: z.string().optional() });
export type KeyChange = z.infer<typeof KeyChange>;
/** `to` needs `from`; what of it is accepted is said by the node. */
export const Edge = z.object({ from: z.string(), to: z.string() });
export type Edge = z.infer<typeof Edge>;
/** Ids of nodes inside others stand with those around them: `fix-all/fix`. */
export const WorkflowDiff = z.object({
  changed: z.array(KeyChange),
  nodes: z.object({
    added: z.array(z.string()),
    removed: z.array(z.string()),
    changed: z.array(z.object({ id: z.string(), changes: z.array(KeyChange) })),
  }),
  edges: z.object({ added: z.array(Edge), removed: z.array(Edge) }),
});
export type WorkflowDiff = z.infer<typeof WorkflowDiff>;

const SHOWN_MAX = 200;

/** What changed from one definition to another: keys of the workflow, nodes by id, and who needs whom. Pure, linear in both. */
export function diffWorkflows(one: WorkflowDefinition, other: WorkflowDefinition): WorkflowDiff {
  const { nodes: oldNodes, ...oldKeys } = one;
  const { nodes: newNodes, ...newKeys } = other;
  const [before, after] = [flat(oldNodes), flat(newNodes)];
  const [edgesBefore, edgesAfter] = [edgesOf(before), edgesOf(after)];
  return {
    changed: keyChanges(oldKeys, newKeys),
    nodes: {
      added: missing(after, before).map(([id]) => id),
      removed: missing(before, after).map(([id]) => id),
      changed: [...before].flatMap(([id, node]) => {
        const now = after.get(id);
        const changes = now ? keyChanges(keysOf(node), keysOf(now)) : [];
        return changes.length === 0 ? [] : [{ id, changes }];
      }),
    },
    edges: {
      added: missing(edgesAfter, edgesBefore).map(([, edge]) => edge),
      removed: missing(edgesBefore, edgesAfter).map(([, edge]) => edge),
    },
  };
}

const missing = <Value>(from: ReadonlyMap<string, Value>, where: ReadonlyMap<string, unknown>): [string, Value][] =>
  [...from].filter(([key]) => !where.has(key));

function flat(nodes: readonly WorkflowNode[], prefix = ''): Map<string, WorkflowNode> {
  return new Map(
    nodes.flatMap((node): [string, WorkflowNode][] => [
      [prefix + node.id, node],
      ...flat(node.body ?? [], `${prefix}${node.id}/`),
    ]),
  );
}

function edgesOf(nodes: ReadonlyMap<string, WorkflowNode>): Map<string, Edge> {
  const edges = new Map<string, Edge>();
  for (const [to, { id, needs }] of nodes) {
    const prefix = to.slice(0, to.length - id.length);
    for (const need of needs) edges.set(`${prefix}${need.id} → ${to}`, { from: prefix + need.id, to });
  }
  return edges;
}

/** What a node says but for the nodes inside it. That something other than `completed` is accepted counts as said by the node. */
function keysOf({ body: _body, needs, ...keys }: WorkflowNode): Record<string, unknown> {
  const accepts = needs.filter(({ accept }) => accept.join() !== 'completed');
  return { ...keys, ...Object.fromEntries(accepts.map(({ id, accept }) => [`accepts of ${id}`, accept])) };
}

type Keys = Readonly<Record<string, unknown>>;
const isGroup = (value: unknown): value is Keys => typeof value === 'object' && value !== null && !Array.isArray(value);

function keyChanges(before: Keys, after: Keys, prefix = ''): KeyChange[] {
  const keys = [...new Set([...Object.keys(before), ...Object.keys(after)])];
  return keys.flatMap((key): KeyChange[] => {
    const [from, to] = [before[key], after[key]];
    if (isGroup(from) && isGroup(to)) return keyChanges(from, to, `${prefix}${key}.`);
    const [left, right] = [JSON.stringify(from), JSON.stringify(to)] as (string | undefined)[];
    if (left === right) return [];
    return [
      {
        key: prefix + key,
        ...(left !== undefined && { from: shortened(left, right) }),
        ...(right !== undefined && { to: shortened(right, left) }),
      },
    ];
  });
}

/** A long text from a little before the place where it differs. */
function shortened(text: string, other = ''): string {
  if (text.length <= SHOWN_MAX) return text;
  let same = 0;
  while (same < text.length && text[same] === other[same]) same++;
  const start = Math.max(0, Math.min(same - SHOWN_MAX / 4, text.length - SHOWN_MAX));
  const end = start + SHOWN_MAX;
  return `${start > 0 ? '…' : ''}${text.slice(start, end)}${end < text.length ? '…' : ''}`;
}
