import type { Entry } from '@fusion-kit/domain/entry';
import type { RunId } from '@fusion-kit/domain/ids';
import { runEnded } from '@fusion-kit/domain/run';
import { World } from '@fusion-kit/domain/world';
import type { Call } from './call.ts';
import { eventLine } from './output/event-line.ts';
import { LiveBlock } from './output/live-block.ts';
import { runLines } from './output/run-lines.ts';
import type { Connection } from './server/connect.ts';
import { followEvents } from './server/follow.ts';
import { readServerFile } from './server/server-file.ts';

const REPAINT_MS = 100;
/** What a person who cannot watch a block wants to read, one line each. */
const TOLD: ReadonlySet<string> = new Set([
  'task.assigned',
  'task.completed',
  'task.failed',
  'task.cancelled',
  'task.skipped',
  'task.requeued',
  'message.sent',
  'run.checking',
  'run.completed',
  'run.failed',
  'run.cancelled',
  'agent.failed',
]);

/**
 * Follows a run until it ends, showing it: a block painted anew on a terminal, lines elsewhere, nothing with `--json`. Answers whether it
 * ended; it did not when the person stopped watching.
 * @param after number of an event before the run began
 */
export async function watchRun(
  call: Call,
  connection: Connection,
  { runId, after }: { runId: RunId; after: number },
): Promise<boolean> {
  // The same fold as the server's and the page's, over the same events.
  const world = new World();
  const shown = showing(call, world, runId);
  try {
    const locate = () => readServerFile(connection.dataDir);
    for await (const entry of followEvents({ after, locate, signal: call.signal })) {
      world.apply(entry);
      shown.tell(entry);
      const run = world.get('runs', runId);
      if (run && runEnded(run.state)) return true;
    }
    return false;
  } finally {
    shown.end();
  }
}

interface Showing {
  tell(entry: Entry): void;
  end(): void;
}

function showing(call: Call, world: World, runId: RunId): Showing {
  const { terminal } = call;
  if (call.json) return { tell: () => undefined, end: () => undefined };
  if (!terminal.repaintable) {
    return {
      tell: (entry) => {
        if (!TOLD.has(entry.event.type) || !concerns(entry, runId)) return;
        terminal.err(
          `${eventLine(entry, { nameOf: (id) => nameIn(world, id), paint: terminal.errorPaint, columns: undefined })}\n`,
        );
      },
      end: () => undefined,
    };
  }
  const block = new LiveBlock(terminal);
  const repaint = (): void =>
    block.show(
      runLines(world, runId, {
        paint: terminal.errorPaint,
        columns: terminal.columns ?? 100,
        rows: terminal.rows,
        now: Date.now(),
      }),
    );
  const timer = setInterval(repaint, REPAINT_MS);
  return {
    tell: () => undefined,
    end: () => {
      clearInterval(timer);
      block.clear();
    },
  };
}

const concerns = ({ event }: Entry, runId: RunId): boolean =>
  !('runId' in event) || event.runId === undefined || event.runId === runId;

const nameIn = (world: World, id: string): string | undefined =>
  world.get('agents', id)?.name ?? world.get('tasks', id)?.node ?? world.get('runs', id)?.name;
