import { extname } from 'node:path';
import { Worker } from 'node:worker_threads';
import type { WorkflowCheck } from '@fusion-kit/domain/api';
import { errorOf, type Failure, FusionError } from '@fusion-kit/domain/errors';
import type { WorkflowReader } from '@fusion-kit/domain/ports/workflow-reader';
import type { WorkflowDefinition } from '@fusion-kit/domain/workflow';
import { checkSource, readSound, type WorkflowSource } from '@fusion-kit/domain/workflow-source';
import { readSource } from './read.ts';

export interface Asked {
  what: 'read' | 'check';
  source: WorkflowSource;
}
export type Told = { answer: unknown; failure?: never } | { answer?: never; failure: Failure };

/** Files up to this many characters are read at once: that takes a few milliseconds, and a thread takes longer to start. */
const SMALL_MAX = 50_000;
const TIMEOUT_MS = 120_000;
const HEAP_MAX_MB = 2_048;

/** Large files that may wait for their turn: each is held in memory, and the last of them waits for all before it. */
const WAITING_MAX = 8;

/** Reads small files at once and large ones in a thread of their own, one after the other, bounded in time and memory. */
export function workflowReader(): WorkflowReader {
  let last: Promise<unknown> = Promise.resolve();
  let waiting = 0;
  const inTurn = <Answer>(asked: Asked): Promise<Answer> => {
    if (waiting > WAITING_MAX)
      throw new FusionError('workflow_reader_busy', `${WAITING_MAX} large workflow files wait to be read already`);
    waiting += 1;
    const turn = last.then(() => inThread(asked)).finally(() => (waiting -= 1));
    last = turn.catch(() => {});
    return turn as Promise<Answer>;
  };
  const isSmall = ({ text }: WorkflowSource) => text.length <= SMALL_MAX;
  return {
    read: async (source) =>
      isSmall(source) ? readSound(readSource, source) : inTurn<WorkflowDefinition>({ what: 'read', source }),
    check: async (source) =>
      isSmall(source) ? checkSource(readSource, source) : inTurn<WorkflowCheck>({ what: 'check', source }),
  };
}

async function inThread(asked: Asked): Promise<unknown> {
  const worker = new Worker(new URL(`./worker${extname(import.meta.url)}`, import.meta.url), {
    workerData: asked,
    resourceLimits: { maxOldGenerationSizeMb: HEAP_MAX_MB },
  });
  const tooLarge = (why: string, cause?: unknown) =>
    new FusionError('workflow_too_large', `${asked.source.file} could not be read: ${why}`, { cause });
  let timer: NodeJS.Timeout | undefined;
  try {
    return await new Promise<unknown>((resolve, reject) => {
      timer = setTimeout(() => reject(tooLarge(`it takes longer than ${TIMEOUT_MS / 1_000} s`)), TIMEOUT_MS);
      worker.once('error', (cause) => reject(tooLarge(cause instanceof Error ? cause.message : String(cause), cause)));
      worker.once('message', ({ answer, failure }: Told) => (failure ? reject(errorOf(failure)) : resolve(answer)));
    });
  } finally {
    clearTimeout(timer);
    await worker.terminate();
  }
}
