import { once } from 'node:events';
import { type Frame, FRAMES_MAX } from '@fusion-kit/domain/api';
import type { Entry } from '@fusion-kit/domain/entry';
import type { Engine } from '@fusion-kit/engine/engine';
import type { WebSocket } from 'ws';
import { viewOf } from '../event-page.ts';
import { gatherDeltas } from './deltas.ts';
import type { Subscription } from './subscription.ts';

interface Source {
  engine: Engine;
  bufferMaxBytes: number;
}

/**
 * Sends every entry after the subscription's number as the log has it, until `signal` aborts. For a client that reads slowly the
 * log is read slowly: no entry is ever left out. Deltas are left out then, the finished text is an entry.
 */
export async function streamEvents(
  socket: WebSocket,
  { after, project }: Subscription,
  { engine, bufferMaxBytes }: Source,
  signal: AbortSignal,
): Promise<void> {
  const send = (frames: readonly Frame[]): Promise<void> =>
    new Promise((resolve) => socket.send(JSON.stringify(frames), () => resolve()));
  const crowded = () => socket.bufferedAmount > bufferMaxBytes;
  const aborted = once(signal, 'abort');
  const concerns = ({ event }: Entry) =>
    project === undefined || !('projectId' in event) || event.projectId === project;

  const deltas = gatherDeltas(engine, project, (frames) => {
    if (!crowded()) void send(frames);
  });
  try {
    for await (const batch of engine.follow(after, signal)) {
      deltas.flush();
      const wanted = batch.filter(concerns);
      for (let start = 0; start < wanted.length && !signal.aborted; start += FRAMES_MAX) {
        const frames = wanted
          .slice(start, start + FRAMES_MAX)
          .map((entry): Frame => ({ kind: 'entry', ...viewOf(entry) }));
        const sent = send(frames);
        if (crowded()) await Promise.race([sent, aborted]);
      }
    }
  } finally {
    deltas.close();
  }
}
