import type { NodeKind, NodeWork } from '@fusion-kit/domain/node';
import { NodeId, type WorkflowNode } from '@fusion-kit/domain/workflow';
import * as z from 'zod';
import { agentNode, writeAgent } from './agent.ts';
import { approvalNode, writeApproval } from './approval.ts';
import { commandNode, writeCommand } from './command.ts';
import { WAIT, WORK, writeCommon } from './common.ts';
import { conditionNode, writeCondition } from './condition.ts';
import { joinNode, writeJoin } from './join.ts';
import { loopNode, writeLoop } from './loop.ts';
import { mapNode, writeMap } from './map.ts';
import { subworkflowNode, writeSubworkflow } from './subworkflow.ts';

/** The key that tells the kind of a node which names none; the first that it has counts. Without any of them it is an agent's. */
export const TELLING_KEYS = {
  prompt: 'agent',
  run: 'command',
  message: 'approval',
  if: 'condition',
  over: 'map',
  max: 'loop',
  workflow: 'subworkflow',
  body: 'subworkflow',
} as const satisfies Record<string, NodeKind>;

function withKind(value: unknown): unknown {
  if (typeof value !== 'object' || value === null || Array.isArray(value) || 'kind' in value) return value;
  const telling = Object.entries(TELLING_KEYS).find(([key]) => key in value);
  return telling === undefined ? value : { kind: telling[1], ...value };
}

const body: z.ZodType<WorkflowNode[]> = z.lazy(() => fileNodes);

/** A node of any kind as files have it. A new kind is a file beside this one, a line in each table here, and its work in `domain/nodes`. */
const fileNode = z.preprocess(
  withKind,
  z.discriminatedUnion('kind', [
    agentNode,
    commandNode,
    approvalNode,
    conditionNode,
    joinNode,
    mapNode(body),
    loopNode(body),
    subworkflowNode(body),
  ]),
);

/** Nodes under their ids, as they stand in a file and inside a map, a loop or a sub-workflow. */
export const fileNodes = z
  .record(NodeId, fileNode)
  .refine((nodes) => Object.keys(nodes).length > 0, 'at least one is needed')

  .transform((nodes): WorkflowNode[] =>
    Object.entries(nodes).map(([id, node]) => ({ ...node, id, title: node.title ?? id })),
  )
  .meta({ id: 'Nodes', description: 'Nodes by their ids.', minProperties: 1 });

type WorkOf<Kind extends NodeKind> = Extract<NodeWork, { kind: Kind }>;
/** By kind; each is only ever given work of its own kind. */
const WRITERS: { [Kind in NodeKind]: (work: WorkOf<Kind>) => Record<string, unknown> } = {
  agent: writeAgent,
  command: writeCommand,
  approval: writeApproval,
  condition: writeCondition,
  join: writeJoin,
  map: writeMap,
  loop: writeLoop,
  subworkflow: writeSubworkflow,
};
const DEFAULTS = {
  agent: WORK,
  command: WORK,
  approval: WAIT,
  condition: WAIT,
  join: WORK,
  map: WAIT,
  loop: WAIT,
  subworkflow: WAIT,
} as const satisfies Record<NodeKind, typeof WORK>;

/** Nodes as files have them. */
export const writeNodes = (nodes: readonly WorkflowNode[]): Record<string, unknown> =>
  Object.fromEntries(nodes.map((node) => [node.id, writeNode(node)]));

function writeNode(node: WorkflowNode): Record<string, unknown> {
  const write: (work: never) => Record<string, unknown> = WRITERS[node.work.kind];
  return {
    ...(node.work.kind !== 'agent' && { kind: node.work.kind }),
    ...(node.title !== node.id && { title: node.title }),
    ...write(node.work as never),
    ...writeCommon(node, DEFAULTS[node.work.kind]),
    ...(node.body && { body: writeNodes(node.body) }),
  };
}
