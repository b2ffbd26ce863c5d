import { countsAsAttempt } from '@fusion-kit/domain/failure-policy';
import type { Event } from '@fusion-kit/domain/event';
import type { Blobs } from '@fusion-kit/domain/ports/blobs';
import type { RecordedCall } from './recorded-upstream.ts';

/**
 * The calls of a run that were answered in full, each by its place. What an interruption cut off counts for nothing: the work went on in the same attempt.
 *
 * @param events those of the run, oldest first
 * @param nodeOf the name of a task's node
 */
export async function recordedCalls(
  events: readonly Event[],
  nodeOf: (taskId: string) => string | undefined,
  blobs: Pick<Blobs, 'get'>,
): Promise<RecordedCall[]> {
  const attempts = new Map<string, { attempt: number; call: number }>();
  const calls: Promise<RecordedCall>[] = [];
  for (const event of events) {
    if (event.type === 'task.requeued' && event.failure && countsAsAttempt(event.failure.code))
      attempts.set(event.taskId, { attempt: (attempts.get(event.taskId)?.attempt ?? 1) + 1, call: 0 });
    if (event.type !== 'model.called' || event.status !== 200 || event.basis !== 'reported') continue;
    const node = nodeOf(event.taskId);
    if (!event.request || !event.response || node === undefined) continue;
    const { attempt, call: before } = attempts.get(event.taskId) ?? { attempt: 1, call: 0 };
    const call = before + 1;
    attempts.set(event.taskId, { attempt, call });
    const texts = Promise.all([blobs.get(event.request.blob), blobs.get(event.response.blob)]);
    calls.push(texts.then(([request, response]) => ({ node, attempt, call, request, response })));
  }
  return Promise.all(calls);
}
