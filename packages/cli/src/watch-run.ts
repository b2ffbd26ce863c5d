import type { Entry } from '@fusion-kit/domain/entry';
import type { RunId } from '@fusion-kit/domain/ids';
import type { EventOf } from '@fusion-kit/domain/event';
import { runEnded } from '@fusion-kit/domain/run';
import { preview } from '@fusion-kit/domain/text';
import { World } from '@fusion-kit/domain/world';
import type { Call } from './call.ts';
import { addressName, eventLine, senderName } from './output/event-line.ts';
import { LiveBlock } from './output/live-block.ts';
import { plain } from './output/plain.ts';
import { runLines } from './output/run-lines.ts';
import type { Connection } from './server/connect.ts';
import { followEvents } from './server/follow.ts';
import { readServerFile } from './server/server-file.ts';
import type { Terminal } from './terminal.ts';

const REPAINT_MS = 100;
/** Messages shown below the tasks. */
const SAID_MAX = 4;
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
  if (call.json) return { tell: () => undefined, end: () => undefined };
  return call.terminal.repaintable ? painting(call.terminal, world, runId) : telling(call.terminal, world, runId);
}

function telling(terminal: Terminal, world: World, runId: RunId): Showing {
  const style = {
    nameOf: (id: string) => nameIn(world, id),
    paint: terminal.errorPaint,
    columns: undefined,
  };
  return {
    tell: (entry) => {
      if (TOLD.has(entry.event.type) && concerns(entry, runId)) terminal.err(`${eventLine(entry, style)}\n`);
    },
    end: () => undefined,
  };
}

function painting(terminal: Terminal, world: World, runId: RunId): Showing {
  const block = new LiveBlock(terminal);
  const activity = new Map<string, string>();
  const said: string[] = [];
  const repaint = (): void =>
    block.show(
      runLines(
        world,
        runId,
        { activity, said },
        {
          paint: terminal.errorPaint,
          columns: terminal.columns ?? 100,
          rows: terminal.rows,
          now: Date.now(),
        },
      ),
    );
  const timer = setInterval(repaint, REPAINT_MS);
  return {
    tell: (entry) => {
      const { event } = entry;
      if (event.type === 'tool.called') activity.set(event.taskId, event.tool);
      if (event.type === 'turn.opened' || event.type === 'tool.returned') activity.set(event.taskId, 'thinking');
      if (event.type !== 'message.sent' || !concerns(entry, runId)) return;
      said.push(plain(messageLine(event, world)));
      if (said.length > SAID_MAX) said.shift();
    },
    end: () => {
      clearInterval(timer);
      block.clear();
    },
  };
}

const messageLine = (event: EventOf<'message.sent'>, world: World): string =>
  `${senderName(event.from)} → ${addressName(event.to, (id) => nameIn(world, id))}: ${preview(event.text)}`;

const concerns = ({ event }: Entry, runId: RunId): boolean =>
  !('runId' in event) || event.runId === undefined || event.runId === runId;

const nameIn = (world: World, id: string): string | undefined =>
  world.get('agents', id)?.name ?? world.get('tasks', id)?.node ?? world.get('runs', id)?.name;
