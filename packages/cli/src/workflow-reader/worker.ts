import { parentPort, workerData } from 'node:worker_threads';
import { asFusionError } from '@fusion-kit/domain/errors';
import { checkSource, readSound } from '@fusion-kit/domain/workflow-source';
import type { Asked, Told } from './reader.ts';
import { readSource } from './read.ts';

/** Answers one question and ends. */
function answer({ what, source }: Asked): Told {
  try {
    return { answer: what === 'read' ? readSound(readSource, source) : checkSource(readSource, source) };
  } catch (thrown) {
    return { failure: asFusionError(thrown).toJSON() };
  }
}

parentPort?.postMessage(answer(workerData as Asked), []);
