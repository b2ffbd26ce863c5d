import * as z from 'zod';
import { Topic } from './agent.ts';
import { AgentId, MessageId, ProjectId, RunId } from './ids.ts';
import { Text } from './text.ts';

export const Sender = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('agent'), id: AgentId, name: z.string() }),
  z.object({ kind: z.literal('person'), name: z.string() }),
  z.object({ kind: z.literal('system') }),
]);
export type Sender = z.infer<typeof Sender>;

export const Address = z.union([z.object({ topic: Topic }), z.object({ agentId: AgentId })]);
export type Address = z.infer<typeof Address>;

export const DeliveryState = z.enum(['pending', 'delivered', 'acknowledged', 'expired', 'failed']);
export type DeliveryState = z.infer<typeof DeliveryState>;
export const Delivery = z.object({ state: DeliveryState, at: z.int(), reason: z.string().optional() });
export type Delivery = z.infer<typeof Delivery>;

/** A persisted message and where it stands with each recipient. Times are milliseconds since 1970. */
export const Message = z.object({
  id: MessageId,
  projectId: ProjectId,
  runId: RunId.optional(),
  from: Sender,
  to: Address,
  text: Text,
  sentAt: z.int(),
  expiresAt: z.int().optional(),
  deliveries: z.record(AgentId, Delivery),
});
export type Message = z.infer<typeof Message>;

/** The life of one delivery. `message.delivered` may be repeated: delivery is at least once, the agent's conversation drops the second. */
export const DELIVERY_MOVES = {
  unborn: { 'message.sent': 'pending' },
  pending: { 'message.delivered': 'delivered', 'message.expired': 'expired', 'message.failed': 'failed' },
  delivered: { 'message.delivered': 'delivered', 'message.acknowledged': 'acknowledged', 'message.failed': 'failed' },
  acknowledged: {},
  expired: {},
  failed: {},
} as const satisfies Record<DeliveryState | 'unborn', Record<string, DeliveryState>>;

/** Whether a topic falls under a pattern: `*` stands for one word, a final `>` for one or more. Pure. */
export function topicMatches(pattern: string, topic: string): boolean {
  const wanted = pattern.split('.');
  const given = topic.split('.');
  for (const [at, word] of wanted.entries()) {
    if (word === '>') return given.length > at;
    if (at >= given.length || (word !== '*' && word !== given[at])) return false;
  }
  return wanted.length === given.length;
}

/** Whether a message is still to be read by whom it was sent to. Pure. */
export const isUnread = (delivery: Delivery | undefined): boolean =>
  delivery?.state === 'pending' || delivery?.state === 'delivered';

/** Whether some recipient has not read it yet. Pure. */
export const isOpen = (message: Message): boolean => Object.values(message.deliveries).some(isUnread);
