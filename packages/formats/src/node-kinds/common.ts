import { RetryPolicy } from '@fusion-kit/domain/node';
import { Accept } from '@fusion-kit/domain/task';
import { NodeId, WorkflowNode } from '@fusion-kit/domain/workflow';
import * as z from 'zod';
import { duration, fileObject, writeDuration } from '../workflow-yaml/fields.ts';

const PRIORITY = 5;
const RETRIES = 1;
const COMPLETED: readonly Accept[] = ['completed'];

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
const retries = z.union([
  RetryPolicy.shape.limit.transform((limit): RetryPolicy => ({ limit, backoffMs: backoff.parse(undefined) })),
  fileObject({
    limit: RetryPolicy.shape.limit.default(RETRIES).describe('Further attempts after the first.'),
    backoff: backoff.describe('The wait before the second attempt, doubled each time.'),
  }).transform((policy): RetryPolicy => ({ limit: policy.limit, backoffMs: policy.backoff })),
]);

const timeout = duration.pipe(WorkflowNode.shape.timeoutMs).prefault('30m');

/** The keys that nodes of every kind have in a file. */
export const COMMON_KEYS = {
  title: WorkflowNode.shape.title.optional().describe('Shown to people; the id when absent.'),
  needs: z.array(need).default([]).describe('Nodes that must have ended before this one starts.'),
  requires: WorkflowNode.shape.requires.default([]).describe('Capabilities that the agent must have.'),
  priority: WorkflowNode.shape.priority.default(PRIORITY).describe('0 to 9; the highest goes first.'),
  retries: retries.prefault(RETRIES).describe('How often a failed attempt is repeated.'),
  timeout: timeout.describe('The longest that one attempt may take: 500ms, 30s, 10m, 2h.'),
};

/** A node as a file gives it: its id is the key it stands under. */
export type FileNode = Omit<WorkflowNode, 'id' | 'title'> & { title?: string | undefined };

/** What the common keys say, in the domain's words. */
export const readCommon = (keys: z.output<z.ZodObject<typeof COMMON_KEYS>>): Omit<FileNode, 'work'> => ({
  title: keys.title,
  needs: keys.needs,
  requires: keys.requires,
  priority: keys.priority,
  retry: keys.retries,
  timeoutMs: keys.timeout,
});

/** The common keys of a node that differ from their defaults, without the title. */
export const writeCommon = (node: WorkflowNode): Record<string, unknown> => ({
  ...(node.needs.length > 0 && { needs: node.needs.map(writeNeed) }),
  ...(node.requires.length > 0 && { requires: node.requires }),
  ...(node.priority !== PRIORITY && { priority: node.priority }),
  ...writeRetry(node.retry),
  ...(node.timeoutMs !== timeout.parse(undefined) && { timeout: writeDuration(node.timeoutMs) }),
});

const writeNeed = ({ id, accept }: WorkflowNode['needs'][number]) =>
  accept.length === 1 && accept[0] === COMPLETED[0] ? id : { id, accept };

function writeRetry({ limit, backoffMs }: RetryPolicy): Record<string, unknown> {
  if (backoffMs !== backoff.parse(undefined)) return { retries: { limit, backoff: writeDuration(backoffMs) } };
  return limit === RETRIES ? {} : { retries: limit };
}
