import { EventView, NewTask, page, TaskView } from '@fusion-kit/domain/api';
import { FusionError } from '@fusion-kit/domain/errors';
import { TaskId } from '@fusion-kit/domain/ids';
import type { CheckResult } from '@fusion-kit/domain/receipt';
import { preview } from '@fusion-kit/domain/text';
import { TaskState } from '@fusion-kit/domain/task';
import * as z from 'zod';
import type { Answer, Call } from '../call.ts';
import { argument, Limit, millisecondsOf, optionsOf, Seconds, Words } from '../options.ts';
import { cost, duration, shortCommit, tokens } from '../output/figures.ts';
import { reasonText } from '../output/event-line.ts';
import { plain } from '../output/plain.ts';
import { shownState } from '../output/states.ts';
import { fieldsText, LIST_MAX, tableText } from '../output/table.ts';
import { eventsAnswer, type Names, namesOf } from '../print-events.ts';
import { agentOf, projectHere, projectOf } from '../references.ts';
import { connect } from '../server/connect.ts';
import type { Paint } from '../terminal.ts';

const pathOf = (id: string): string => `/tasks/${encodeURIComponent(id)}`;
const TITLE_MAX = 100;
/** Lines of a failed command's output that are shown. */
const OUTPUT_LINES_MAX = 20;

const Create = z.object({
  project: z.string().optional(),
  title: z.string().optional(),
  requires: Words.default([]),
  needs: Words.pipe(z.array(TaskId)).default([]),
  priority: z.coerce.number('a number from 0 to 9').int().min(0).max(9).optional(),
  verify: z.array(z.string()).default([]),
  timeout: Seconds.optional(),
});

export async function createTask(call: Call): Promise<Answer> {
  const options = optionsOf(call, Create);
  const prompt = argument(call, 0, '<prompt>');
  if (prompt.trim() === '') throw new FusionError('usage', '<prompt> is empty: say what to do');
  const title = options.title ?? plain(prompt.trim().split('\n')[0] ?? '').slice(0, TITLE_MAX);
  const { client } = await connect(call);
  const project = await projectHere(client, call, options.project);
  const request = NewTask.safeParse({
    project: project.id,
    title,
    requires: options.requires,
    priority: options.priority,
    work: { kind: 'agent', prompt, verify: options.verify },
    needs: options.needs.map((id) => ({ id })),
    timeoutMs: millisecondsOf(options.timeout),
  });
  if (!request.success) throw new FusionError('usage', z.prettifyError(request.error));
  return taskAnswer(await client.post('/tasks', TaskView, request.data));
}

export async function listTasks(call: Call): Promise<Answer> {
  const options = optionsOf(
    call,
    z.object({
      project: z.string().optional(),
      state: TaskState.optional(),
      run: z.string().optional(),
      agent: z.string().optional(),
      limit: Limit.default(50),
    }),
  );
  const { client } = await connect(call);
  const [project, agent] = await Promise.all([
    options.project === undefined ? undefined : projectOf(client, call, options.project),
    options.agent === undefined ? undefined : agentOf(client, options.agent),
  ]);
  const query = {
    project: project?.id,
    agent: agent?.id,
    run: options.run,
    state: options.state,
    limit: Math.min(options.limit, LIST_MAX),
  };
  const { items, next } = await client.get('/tasks', page(TaskView), { query });
  return {
    data: { tasks: items },
    text: (paint, columns) =>
      tableText(
        {
          head: ['task', 'node', 'title', 'state', 'waits for', 'time', 'tokens', 'cost', 'commit'],
          rows: items.map((task) => [
            task.id,
            task.node,
            plain(task.title),
            stateOf(task, paint),
            plain(task.waitingFor ?? ''),
            timeOf(task),
            tokens(task.usage),
            cost(task.usage),
            shortCommit(task.landed?.commit ?? task.receipt?.commit),
          ]),
          empty: 'no tasks',
          more: next !== null,
        },
        paint,
        columns,
      ),
  };
}

export async function getTask(call: Call): Promise<Answer> {
  const { client } = await connect(call);
  const task = await client.get(pathOf(argument(call, 0, '<task>')), TaskView);
  return taskAnswer(task, call.json ? undefined : await namesOf(client));
}

export async function cancelTask(call: Call): Promise<Answer> {
  const { reason } = optionsOf(call, z.object({ reason: z.string().optional() }));
  const { client } = await connect(call);
  const change = { action: 'cancel', ...(reason !== undefined && { reason }) };
  return taskAnswer(await client.patch(pathOf(argument(call, 0, '<task>')), TaskView, change));
}

export async function restartTask(call: Call): Promise<Answer> {
  const { reason } = optionsOf(call, z.object({ reason: z.string().optional() }));
  const { client } = await connect(call);
  const change = { action: 'restart', ...(reason !== undefined && { reason }) };
  return taskAnswer(await client.patch(pathOf(argument(call, 0, '<task>')), TaskView, change));
}

export async function skipTask(call: Call): Promise<Answer> {
  const { reason } = optionsOf(call, z.object({ reason: z.string().optional() }));
  const { client } = await connect(call);
  const change = { action: 'skip', ...(reason !== undefined && { reason }) };
  return taskAnswer(await client.patch(pathOf(argument(call, 0, '<task>')), TaskView, change));
}

export async function taskLogs(call: Call): Promise<Answer> {
  const { limit } = optionsOf(call, z.object({ limit: Limit.default(200) }));
  const { client } = await connect(call);
  const query = { limit, order: 'newest' };
  const { items } = await client.get(`${pathOf(argument(call, 0, '<task>'))}/log`, page(EventView), { query });
  return eventsAnswer(items.toReversed(), await namesOf(client));
}

const stateOf = (task: TaskView, paint: Paint): string =>
  shownState(task.state, paint, task.state === 'running' ? (task.phase ?? task.state) : task.state);

const timeOf = (task: TaskView): string =>
  task.startedAt === undefined ? '' : duration((task.finishedAt ?? Date.now()) - task.startedAt);

/** @param names of the agents and tasks it speaks of; without them it shows their ids */
export const taskAnswer = (task: TaskView, names: Names = new Map()): Answer => ({
  data: task,
  text: (paint) => taskText(task, paint, (id) => names.get(id)),
});

/** A failed command with the end of what it said. */
function checkText({ command, exitCode, durationMs, output }: CheckResult, paint: Paint): string {
  const passed = exitCode === 0;
  const said = passed ? [] : preview(output).trimEnd().split('\n').filter(Boolean).slice(-OUTPUT_LINES_MAX);
  return [
    `  ${passed ? paint.green('✓') : paint.red('✗')} ${plain(command)} ${paint.dim(duration(durationMs))}\n`,
    ...said.map((line) => `      ${paint.dim(plain(line))}\n`),
  ].join('');
}

function taskText(task: TaskView, paint: Paint, nameOf: (id: string) => string | undefined): string {
  const named = (id: string | undefined) =>
    id === undefined ? '' : [nameOf(id), paint.dim(id)].filter(Boolean).join(' ');
  const fields = fieldsText(
    [
      ['task', `${paint.bold(plain(task.title))} ${paint.dim(task.id)}`],
      ['state', stateOf(task, paint)],
      ['waits for', plain(task.waitingFor ?? '')],
      ['failure', task.failure ? paint.red(plain(`${task.failure.message} → ${task.failure.remedy}`)) : ''],
      ['reason', plain(reasonText(task.reason ?? '', nameOf))],
      ['run', task.runId],
      ['agent', named(task.dispatch?.agentId ?? task.lastAgentId)],
      ['requires', task.requires.join(', ')],
      ['needs', task.needs.map((need) => named(need.id)).join(', ')],
      ['priority', String(task.priority)],
      ['attempts', task.attempts > 0 ? `${task.attempts} failed` : ''],
      ['time', timeOf(task)],
      ['used', [tokens(task.usage) && `${tokens(task.usage)} tokens`, cost(task.usage)].filter(Boolean).join(', ')],
      ['landed', task.landed ? `${shortCommit(task.landed.commit)} on ${task.landed.ref}` : ''],
    ],
    paint,
  );
  const checks = (task.receipt?.checks ?? []).map((check) => checkText(check, paint));
  const files = (task.receipt?.files ?? []).map(
    (file) => `  ${paint.dim(file.change.padEnd(8))} ${plain(file.path)}\n`,
  );
  const outputs = Object.entries(task.outputs ?? {}).map(
    ([name, text]) => `  ${paint.dim(`${name}:`)} ${plain(preview(text))}\n`,
  );
  return [
    fields,
    ...section('proof', checks, paint),
    ...section('files', files, paint),
    ...section('outputs', outputs, paint),
  ].join('');
}

const section = (title: string, lines: readonly string[], paint: Paint): string[] =>
  lines.length === 0 ? [] : [`\n${paint.dim(title)}\n`, ...lines];
