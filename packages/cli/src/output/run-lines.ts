import { stripVTControlCharacters } from 'node:util';
import type { RunId } from '@fusion-kit/domain/ids';
import type { Run } from '@fusion-kit/domain/run';
import { isHeld, type Task } from '@fusion-kit/domain/task';
import { waitingReason } from '@fusion-kit/domain/schedule-reason';
import type { World } from '@fusion-kit/domain/world';
import type { Paint } from '../terminal.ts';
import { inboxText, questionsOf } from './inbox-text.ts';
import { cost, duration, tokens } from './figures.ts';
import { cut, filled, plain, widthOf } from './plain.ts';
import { shownState } from './states.ts';
import { mostTelling } from './telling.ts';

/** What only passes by: what each task does at this moment, and the last things said. */
export interface Passing {
  activity: ReadonlyMap<string, string>;
  said: readonly string[];
}

export interface Canvas {
  paint: Paint;
  columns: number;
  rows: number;
  now: number;
}

/** What a task is doing, in one word. */
export const doing = (task: Task): string => (task.state === 'running' ? (task.phase ?? 'running') : task.state);

const agentNameOf = (world: World, task: Task): string => {
  const id = task.dispatch?.agentId ?? task.lastAgentId;
  return id === undefined ? '' : (world.get('agents', id)?.name ?? id);
};

/** A run as it stands, a line for each task; what does not fit the window is counted. Pure. */
export function runLines(world: World, runId: RunId, passing: Passing, canvas: Canvas): string[] {
  const run = world.get('runs', runId);
  if (!run) return [];
  const { paint, columns, now } = canvas;
  const tasks = [...world.tasksOf(runId)];
  const done = tasks.filter((task) => task.state === 'completed').length;
  const spent = [tokens(run.usage) && `${tokens(run.usage)} tokens`, cost(run.usage)].filter(Boolean).join(', ');
  const phase = run.phase === 'checking' ? ', checking' : '';
  const head = cut(
    `  ${done}/${tasks.length} tasks${phase}  ${duration(now - run.startedAt)}  ${spent}`,
    columns - widthOf(run.name) - 1,
  );
  const talk = passing.said.map((line) => paint.dim(cut(`  ${line}`, columns - 1)));
  const asked = questionLines(run, tasks, canvas);
  const room = Math.max(3, canvas.rows - 5 - talk.length - asked.length);
  const shown = tasks.length <= room ? tasks : mostTelling(tasks).slice(0, room);
  const node = Math.min(Math.max(4, ...shown.map((task) => widthOf(task.node))), Math.floor(columns / 3));
  const lines = shown.map((task) =>
    taskLine(world, task, { ...canvas, node, activity: passing.activity.get(task.id) }),
  );
  const hidden = tasks.length - shown.length;
  return [
    `${paint.bold(cut(plain(run.name), columns - 1))}${paint.dim(head)}`,
    ...lines,
    ...(hidden > 0 ? [paint.dim(`  and ${hidden} more`)] : []),
    ...asked,
    ...(talk.length > 0 ? ['', ...talk] : []),
  ];
}

/** What a person is asked, with the commands that answer: the oldest questions only, since all of them are in the inbox. */
function questionLines(run: Run, tasks: readonly Task[], { paint, columns, now }: Canvas): string[] {
  const items = questionsOf(run, tasks);
  const more = items.length > ASKED_MAX ? [paint.dim(`and ${items.length - ASKED_MAX} more: fusion-kit inbox`)] : [];
  const lines = items.slice(0, ASKED_MAX).flatMap((item) => inboxText(item, now, paint).trimEnd().split('\n'));
  if (lines.length === 0) return [];
  return [
    '',
    ...[...lines, ...more].map((line) =>
      widthOf(line) < columns ? line : cut(stripVTControlCharacters(line), columns - 1),
    ),
  ];
}

const ASKED_MAX = 3;
const STATE_WIDTH = 11;

interface Line extends Canvas {
  /** Width of the names. */
  node: number;
  activity: string | undefined;
}

function taskLine(world: World, task: Task, { paint, columns, now, node, activity }: Line): string {
  const state = doing(task);
  const time = task.startedAt === undefined ? '' : duration((task.finishedAt ?? now) - task.startedAt);
  const figures = `${time.padStart(9)}${tokens(task.usage).padStart(9)}${cost(task.usage).padStart(11)}`;
  const agent = agentNameOf(world, task);
  const left = 2 + node + 2 + 2 + STATE_WIDTH + 1;
  const middle = Math.max(0, columns - left - figures.length - 1);
  const atWork = task.phase === 'working' && isHeld(task);
  const work = [agent, ...(atWork ? [activity, task.progress && plain(task.progress.text)] : [])]
    .filter(Boolean)
    .join('  ');
  const waits = waitingReason(world, task, now);
  const said = task.failure && !isHeld(task) ? plain(task.failure.message) : (waits ?? work);
  return `  ${filled(cut(task.node, node), node)}  ${shownState(task.state, paint, state.padEnd(STATE_WIDTH))} ${filled(cut(said, middle), middle)}${columns > left + figures.length ? paint.dim(figures) : ''}`;
}
