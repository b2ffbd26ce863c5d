import type { Entry } from '@fusion-kit/domain/entry';
import { ConversationEvent, type EventType } from '@fusion-kit/domain/event';
import type { DispatchId, TaskId } from '@fusion-kit/domain/ids';
import { cutText } from '@fusion-kit/domain/kept-text';
import type { Journal } from '@fusion-kit/domain/ports/journal';
import { waitsForPerson } from '@fusion-kit/domain/questions';
import { DURING_MAX, isHeld, type Task } from '@fusion-kit/domain/task';
import { preview } from '@fusion-kit/domain/text';
import type { World } from '@fusion-kit/domain/world';

const CONVERSATION = ConversationEvent.options.map((option) => option.shape.type.value) as readonly EventType[];
/** Events of a task that are looked through; calls side by side are fewer. */
const LOOKED_AT = 50;

/**
 * What each task in somebody's hands was at when the last server ended: the calls that had begun and not come back, or the phase of a dispatch that had said nothing
 * yet. Empty when that server said that it stops. What ends the server each time it is at the same thing may be the cause of it.
 *
 * @param head number of the last event of that server
 */
export async function interruptedAt(journal: Journal, world: World, head: number): Promise<Map<TaskId, string>> {
  const at = new Map<TaskId, string>();
  const [last] = head === 0 ? [] : await journal.readAfter(head - 1, 1);
  if (last?.event.type === 'server.stopped') return at;
  for (const task of world.all('tasks')) {
    if (!isHeld(task) || task.state !== 'running' || !task.dispatch || waitsForPerson(task)) continue;
    const newest = { taskId: task.id, types: CONVERSATION, newestFirst: true } as const;
    const during = wasAt(task, task.dispatch.id, await journal.readAfter(0, LOOKED_AT, newest));
    if (during !== undefined) at.set(task.id, cutText(during, DURING_MAX));
  }
  return at;
}

/** @param newest the newest first */
function wasAt({ phase = 'preparing' }: Task, dispatchId: DispatchId, newest: readonly Entry[]): string | undefined {
  const open: string[] = [];
  const returned = new Set<string>();
  let hasSpoken = false;
  for (const { event } of newest) {
    if (!('dispatchId' in event) || event.dispatchId !== dispatchId) continue;
    if (event.type !== 'turn.opened') hasSpoken = true;
    if (event.type === 'tool.returned') returned.add(event.callId);
    if (event.type === 'tool.called' && !returned.has(event.callId))
      open.unshift(`${event.tool} ${preview(event.input)}`);
  }
  if (open.length > 0) return open.join(', ');
  return hasSpoken && phase !== 'verifying' ? undefined : phase;
}
