import { type NodeWork, RetryPolicy } from '@fusion-kit/domain/node';
import { Accept } from '@fusion-kit/domain/task';
import { NodeId, WorkflowNode } from '@fusion-kit/domain/workflow';
import * as z from 'zod';
import { duration, expression, fileObject, writeDuration } from '../workflow-yaml/fields.ts';

const PRIORITY = 5;
const COMPLETED: readonly Accept[] = ['completed'];

/** What a node has that says nothing about it. */
interface Defaults {
  timeout: string;
  retries: number;
}
/** Of nodes that an agent or a command works on. */
export const WORK: Defaults = { timeout: '30m', retries: 1 };
/** Of nodes that wait: for a person, or for the nodes inside them, which have bounds of their own. */
export const WAIT: Defaults = { timeout: '7d', retries: 0 };

const need = z.union([
  NodeId.transform((id) => ({ id, accept: [...COMPLETED] })),
  fileObject({
    id: NodeId.describe('The node that must have ended.'),
    accept: z
      .array(Accept)
      .min(1)
      .default([...COMPLETED])
      .describe('The ends after which this node may start.'),
  }),
]);

const backoff = duration.pipe(RetryPolicy.shape.backoffMs).prefault('2s');
const retries = (limit: number) =>
  z.union([
    RetryPolicy.shape.limit.transform((count): RetryPolicy => ({ limit: count, backoffMs: backoff.parse(undefined) })),
    fileObject({
      limit: RetryPolicy.shape.limit.default(limit).describe('Further attempts after the first.'),
      backoff: backoff.describe('The wait before the second attempt, doubled each time.'),
      on: RetryPolicy.shape.on.describe(
        'The kinds of failure that are tried again; all that another attempt can mend when absent.',
      ),
    }).transform(({ limit: count, backoff: backoffMs, on }): RetryPolicy => ({
      limit: count,
      backoffMs,
      ...(on && { on }),
    })),
  ]);

const timeout = duration.pipe(WorkflowNode.shape.timeoutMs);

/** The keys that nodes of every kind have in a file. */
export const commonKeys = (defaults: Defaults) => ({
  title: WorkflowNode.shape.title.optional().describe('Shown to people; the id when absent.'),
  needs: z.array(need).default([]).describe('Nodes that must have ended before this one starts.'),
  when: expression.optional().describe('Asked when all it needs has ended; when it is false the node is skipped.'),
  requires: WorkflowNode.shape.requires.default([]).describe('Capabilities that the agent must have.'),
  affinity: WorkflowNode.shape.affinity.describe(
    'A name for what belongs together: an agent that worked on it goes on with it when it can.',
  ),
  priority: WorkflowNode.shape.priority.default(PRIORITY).describe('0 to 9; the highest goes first.'),
  retries: retries(defaults.retries).prefault(defaults.retries).describe('How often a failed attempt is repeated.'),
  timeout: timeout
    .prefault(defaults.timeout)
    .describe('The longest that one attempt may take: 500ms, 30s, 10m, 2h, 7d.'),
});

/** A node as a file gives it: its id is the key it stands under. */
export type FileNode = Omit<WorkflowNode, 'id' | 'title'> & { title?: string | undefined };
type CommonKeys = z.output<z.ZodObject<ReturnType<typeof commonKeys>>>;

/** A node of the file in the domain's words. What is undefined is left out. */
export const nodeOf = (
  { title, needs, when, requires, affinity, priority, retries: retry, timeout: timeoutMs }: CommonKeys,
  work: NodeWork,
  body?: WorkflowNode[],
): FileNode => ({
  title,
  work,
  needs,
  requires,
  priority,
  retry,
  timeoutMs,
  ...(when !== undefined && { when }),
  ...(affinity !== undefined && { affinity }),
  ...(body && { body }),
});

/** The common keys of a node that differ from its kind's defaults, without the title. */
export const writeCommon = (node: WorkflowNode, defaults: Defaults): Record<string, unknown> => ({
  ...(node.needs.length > 0 && { needs: node.needs.map(writeNeed) }),
  ...(node.when !== undefined && { when: node.when }),
  ...(node.requires.length > 0 && { requires: node.requires }),
  ...(node.affinity !== undefined && { affinity: node.affinity }),
  ...(node.priority !== PRIORITY && { priority: node.priority }),
  ...writeRetry(node.retry, defaults.retries),
  ...(node.timeoutMs !== timeout.parse(defaults.timeout) && { timeout: writeDuration(node.timeoutMs) }),
});

const writeNeed = ({ id, accept }: WorkflowNode['needs'][number]) =>
  accept.length === 1 && accept[0] === COMPLETED[0] ? id : { id, accept };

function writeRetry({ limit, backoffMs, on }: RetryPolicy, usual: number): Record<string, unknown> {
  const isUsual = backoffMs === backoff.parse(undefined);
  if (isUsual && !on) return limit === usual ? {} : { retries: limit };
  return { retries: { limit, ...(!isUsual && { backoff: writeDuration(backoffMs) }), ...(on && { on }) } };
}
