import { type Agent, comesBack } from '@fusion-kit/domain/agent';
import type { Entry } from '@fusion-kit/domain/entry';
import type { RunId } from '@fusion-kit/domain/ids';
import type { EventOf } from '@fusion-kit/domain/event';
import { SnapshotView } from '@fusion-kit/domain/api';
import { type Run, runEnded } from '@fusion-kit/domain/run';
import { preview } from '@fusion-kit/domain/text';
import { needsMet, suits } from '@fusion-kit/domain/schedule';
import { isHeld, type Task } from '@fusion-kit/domain/task';
import { World } from '@fusion-kit/domain/world';
import type { Call } from './call.ts';
import { addressName, eventLine, senderName } from './output/event-line.ts';
import { inboxText, questionsOf } from './output/inbox-text.ts';
import { LiveBlock } from './output/live-block.ts';
import { plain } from './output/plain.ts';
import { runLines } from './output/run-lines.ts';
import type { Connection } from './server/connect.ts';
import { followEvents } from './server/follow.ts';
import { readServerFile } from './server/server-file.ts';
import type { Terminal } from './terminal.ts';

/** After these a run may have nobody left. */
const MAY_DESERT: ReadonlySet<string> = new Set(['agent.failed', 'task.requeued', 'task.completed', 'task.failed']);
const REPAINT_MS = 100;
/** Messages shown below the tasks. */
const SAID_MAX = 4;
/** What a person who cannot watch a block wants to read, one line each. */
const TOLD: ReadonlySet<string> = new Set([
  'task.assigned',
  'task.progressed',
  'task.completed',
  'task.failed',
  'task.cancelled',
  'task.skipped',
  'task.requeued',
  'message.sent',
  'question.answered',
  'run.checking',
  'run.completed',
  'run.failed',
  'run.cancelled',
  'agent.failed',
]);

/** How watching came to its end: with the run, by the person, or because the run has nobody left who could go on. */
export type Watched = 'ended' | 'left' | 'stuck';

export interface Patience {
  /** Whether agents are waited for that failed for a while only and are opened again by themselves. Default true. */
  patient?: boolean;
}

/**
 * Follows a run until it ends, showing it: a block painted anew on a terminal, lines elsewhere, nothing with `--json`. It starts from a
 * snapshot and folds what follows, as the page does.
 */
export async function watchRun(
  call: Call,
  connection: Connection,
  runId: RunId,
  { patient = true }: Patience = {},
): Promise<Watched> {
  const { world, seq } = await worldOf(connection.client, runId);
  const shown = showing(call, world, runId);
  try {
    if (hasEnded(world, runId)) return 'ended';
    if (isStuck(world, runId, { patient })) return 'stuck';
    const locate = () => readServerFile(connection.dataDir);
    for await (const entry of followEvents({ after: seq, locate, signal: call.signal })) {
      if (!isOfRun(entry, world.get('runs', runId))) continue;
      world.apply(entry);
      shown.tell(entry);
      if (hasEnded(world, runId)) return 'ended';
      if (MAY_DESERT.has(entry.event.type) && isStuck(world, runId, { patient })) return 'stuck';
    }
    return 'left';
  } finally {
    shown.end();
  }
}

/** What concerns one run, as of event `seq`. */
async function worldOf(client: Connection['client'], runId: RunId): Promise<{ world: World; seq: number }> {
  const { seq, rows } = await client.get('/snapshot', SnapshotView);
  const world = new World();
  const run = rows.runs.find(({ id }) => id === runId);
  if (run) world.admit({ table: 'runs', id: run.id, row: run });
  for (const row of rows.agents) {
    if (row.projectId === run?.projectId) world.admit({ table: 'agents', id: row.id, row });
  }
  for (const row of rows.tasks) if (row.runId === runId) world.admit({ table: 'tasks', id: row.id, row });
  return { world, seq };
}

/** Whether an event changes a run or its agents: others go on beside it, for hours and in other projects. Pure. */
export function isOfRun({ event }: Entry, run: Run | undefined): boolean {
  if (!run || !('projectId' in event) || event.projectId !== run.projectId) return false;
  const isOthers = 'runId' in event && event.runId !== undefined && event.runId !== run.id;
  return !isOthers || ('agentId' in event && event.agentId !== undefined);
}

function hasEnded(world: World, runId: RunId): boolean {
  const run = world.get('runs', runId);
  return run !== undefined && runEnded(run.state);
}

/**
 * Whether the run would wait for a person for ever: nothing is in anybody's hands, and all agents that could take what is ready have failed.
 * Pure.
 */
export function isStuck(world: World, runId: RunId, { patient = true }: Patience = {}): boolean {
  const run = world.get('runs', runId);
  const agents = run ? [...world.agentsOf(run.projectId)] : [];
  const isLost = (agent: Agent) => agent.state === 'error' && !(patient && comesBack(agent));
  if (!agents.some(isLost)) return false;
  const tasks = [...world.tasksOf(runId)];
  if (tasks.some(isHeld)) return false;
  const ready = tasks.filter((task) => task.state === 'queued' && needsMet(world, task));
  const deserted = (task: Task): boolean => {
    const able = agents.filter((agent) => suits(agent, task));
    return able.length > 0 && able.every(isLost);
  };
  return ready.length > 0 && ready.every(deserted);
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
  const ask = (tasks: Iterable<Task>): void => {
    for (const item of questionsOf(world.get('runs', runId), tasks))
      terminal.err(`${inboxText(item, Date.now(), terminal.errorPaint)}\n`);
  };
  ask(world.tasksOf(runId));
  return {
    tell: (entry) => {
      const { event } = entry;
      if (event.type === 'task.opened' || event.type === 'task.stalled' || event.type === 'question.asked') {
        const task = event.runId === runId && world.get('tasks', event.taskId);
        if (task) ask([task]);
      }
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
