import type { Agent } from '@fusion-kit/domain/agent';
import type { Failure } from '@fusion-kit/domain/errors';
import type { Project } from '@fusion-kit/domain/project';
import type { Run } from '@fusion-kit/domain/run';
import type { Task } from '@fusion-kit/domain/task';
import type { Answer } from '../call.ts';
import type { Paint } from '../terminal.ts';
import { cost, duration, shortCommit, tokens } from './figures.ts';
import { inboxText, questionsOf } from './inbox-text.ts';
import { plain, shortly } from './plain.ts';
import { shownState } from './states.ts';
import { tableText } from './table.ts';
import { asTree } from './task-order.ts';
import { mostTelling } from './telling.ts';

/** Tasks of a large run that people are shown; `--json` gives all. */
const ROWS_MAX = 200;
/** Reasons of failures, and names that share one, that are told. */
const TOLD_MAX = 20;

export interface RunReport {
  run: Run;
  project: Project;
  tasks: readonly Task[];
  agents: readonly Agent[];
}

/** A run with all that came of it. Not ok unless it is on its way or completed. */
export function runAnswer(report: RunReport): Answer {
  const { run, project, tasks, agents } = report;
  return {
    data: { run, project, tasks, agents },
    text: (paint, columns) => runText(report, paint, columns),
    ok: run.state !== 'failed' && run.state !== 'cancelled',
  };
}

/** The summary that a run ends with. */
export function runText(report: RunReport, paint: Paint, columns: number | undefined): string {
  const { run } = report;
  const took = run.finishedAt === undefined ? '' : paint.dim(` after ${duration(run.finishedAt - run.startedAt)}`);
  return [
    `${paint.bold(plain(run.name))}  ${shownState(run.state, paint)}${took}  ${paint.dim(run.id)}\n`,
    `\n${taskTable(report, paint, columns)}`,
    ...failures(report, paint),
    ...questionsOf(run, report.tasks).map((item) => `\n${inboxText(item, Date.now(), paint)}`),
    ...branch(report, paint),
  ].join('');
}

function taskTable({ run, tasks, agents }: RunReport, paint: Paint, columns: number | undefined): string {
  const names = new Map(agents.map((agent) => [agent.id, agent.name]));
  const telling = new Set(tasks.length > ROWS_MAX ? mostTelling(tasks).slice(0, ROWS_MAX) : tasks);
  const shown = asTree(tasks).filter((task) => telling.has(task));
  const rows = shown.map((task) => {
    const agentId = task.dispatch?.agentId ?? task.lastAgentId;
    return [
      task.node,
      shownState(task.state, paint, task.inheritedFrom ? 'kept' : task.state),
      agentId === undefined ? '' : (names.get(agentId) ?? agentId),
      task.startedAt !== undefined && task.finishedAt !== undefined ? duration(task.finishedAt - task.startedAt) : '',
      tokens(task.usage),
      cost(task.usage),
      shortCommit(task.landed?.commit ?? task.receipt?.commit),
    ];
  });
  const time = run.finishedAt === undefined ? '' : duration(run.finishedAt - run.startedAt);
  const total = [
    'total',
    '',
    '',
    time,
    tokens(run.usage),
    cost(run.usage),
    run.head === run.base ? '' : shortCommit(run.head),
  ].map((cell) => paint.bold(cell));
  const table = tableText(
    {
      head: ['task', 'state', 'agent', 'time', 'tokens', 'cost', 'commit'],
      rows: rows.length > 0 ? [...rows, total] : [],
      empty: 'no tasks',
    },
    paint,
    columns,
  );
  return `${table}${hidden({ run, tasks, shown }, paint)}`;
}

/** What a table leaves out, counted by state. */
function hidden({ run, tasks, shown }: { run: Run; tasks: readonly Task[]; shown: readonly Task[] }, paint: Paint) {
  if (shown.length === tasks.length) return '';
  const left = new Set(tasks);
  for (const task of shown) left.delete(task);
  const counts = [...Map.groupBy(left, ({ state }) => state)].map(([state, of]) => `${of.length} ${state}`);
  return `${paint.dim(`and ${left.size} more tasks: ${counts.join(', ')}; all of them:`)} ${paint.cyan(`fusion-kit run get ${run.id} --json`)}\n`;
}

function failures({ run, tasks, agents }: RunReport, paint: Paint): string[] {
  const failed = [
    ...tasks.flatMap(({ id, node, state, failure }) =>
      state === 'failed' && failure ? [{ who: node, failure, whole: `fusion-kit task get ${id}` }] : [],
    ),
    ...agents.flatMap(({ id, name, state, failure }) =>
      state === 'error' && failure ? [{ who: name, failure, whole: `fusion-kit agent get ${id}` }] : [],
    ),
  ];
  // A whole team often fails for one reason; it is said once.
  const byReason = Map.groupBy(failed, ({ failure }) => failure.message);
  const lines = [...byReason.values()]
    .slice(0, TOLD_MAX)
    .map((same) => failureText(named(same.map(({ who }) => who)), same[0]!, paint));
  if (byReason.size > TOLD_MAX) lines.push(paint.dim(`and ${byReason.size - TOLD_MAX} more reasons\n`));
  if (run.failure && !byReason.has(run.failure.message))
    lines.push(failureText('run', { failure: run.failure, whole: `fusion-kit run get ${run.id} --json` }, paint));
  return lines.length > 0 ? ['\n', ...lines] : [];
}

const named = (names: readonly string[]): string =>
  names.length > TOLD_MAX
    ? `${names.slice(0, TOLD_MAX).join(', ')} and ${names.length - TOLD_MAX} more`
    : names.join(', ');

interface Told {
  failure: Failure;
  /** The command that shows it whole. */
  whole: string;
}

const failureText = (who: string, { failure: { message, remedy }, whole }: Told, paint: Paint): string =>
  `${paint.red('✗')} ${paint.bold(who)}: ${shortly(plain(message), whole)}\n  ${paint.yellow('→')} ${plain(remedy)}\n`;

function branch({ run, project }: RunReport, paint: Paint): string[] {
  if (run.branch === undefined || run.head === undefined || run.head === run.base) return [];
  const at = `git -C ${quoted(project.path)}`;
  const base = run.base === undefined ? 'HEAD' : shortCommit(run.base);
  return [
    `\nlanded on ${paint.green(run.branch)}\n`,
    `  ${paint.cyan(`${at} log --oneline ${base}..${run.branch}`)}\n`,
    `  ${paint.cyan(`${at} diff ${base}...${run.branch}`)}\n`,
  ];
}

/** A path as a shell takes it. */
const quoted = (path: string): string => (/^[\w./~-]+$/.test(path) ? path : `'${path.replaceAll("'", "'\\''")}'`);
