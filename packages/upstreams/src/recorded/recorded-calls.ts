import type { Blobs } from '@fusion-kit/domain/ports/blobs';
import type { RecordedAttempt } from '@fusion-kit/domain/recorded-attempts';
import type { RecordedCall } from './recorded-upstream.ts';

/** The calls of a run that were answered in full, each by its place. @param nodeOf the name of a task's node */
export async function recordedCalls(
  attempts: ReadonlyMap<string, readonly RecordedAttempt[]>,
  nodeOf: (taskId: string) => string | undefined,
  blobs: Pick<Blobs, 'get'>,
): Promise<RecordedCall[]> {
  const calls: Promise<RecordedCall>[] = [];
  for (const [taskId, made] of attempts) {
    const node = nodeOf(taskId);
    if (node === undefined) continue;
    for (const [at, { calls: answered }] of made.entries())
      for (const [before, { called, answers }] of answered.entries()) {
        if (!called.request || !called.response) continue;
        const texts = Promise.all([blobs.get(called.request.blob), blobs.get(called.response.blob)]);
        const place = { node, attempt: at + 1, call: before + 1, answers };
        calls.push(texts.then(([request, response]) => ({ ...place, request, response })));
      }
  }
  return Promise.all(calls);
}
