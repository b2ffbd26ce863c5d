import type { Entry } from '../entry.ts';
import { FusionError } from '../errors.ts';
import { DELIVERY_MOVES, type DeliveryState, type Message } from '../message.ts';
import { type Moves, moveOf } from '../moves.ts';

const MOVES: Moves<DeliveryState> = DELIVERY_MOVES;

/** The message after an event of one of its deliveries. Pure. */
export function evolveMessage(message: Message | undefined, { at, event }: Entry): Message | undefined {
  if (event.type === 'message.sent') {
    const { type: _type, v: _v, recipients, messageId, taskId: _taskId, ...rest } = event;
    const deliveries = Object.fromEntries(recipients.map((id) => [id, { state: 'pending' as const, at }]));
    return { ...rest, id: messageId, sentAt: at, deliveries };
  }
  if (!message || !('agentId' in event) || !event.agentId) return message;
  const delivery = message.deliveries[event.agentId];
  const state = delivery && moveOf(MOVES, delivery.state, event.type);
  if (!state)
    throw new FusionError(
      'move_refused',
      `message ${message.id} is ${delivery?.state ?? 'not for that agent'}; ${event.type} cannot follow`,
    );
  const reason = event.type === 'message.failed' ? { reason: event.reason } : {};
  return { ...message, deliveries: { ...message.deliveries, [event.agentId]: { state, at, ...reason } } };
}
