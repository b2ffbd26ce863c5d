import { Agent } from '@fusion-kit/domain/agent';
import { page, type RunChange, TaskView } from '@fusion-kit/domain/api';
import { budgetWords, Project } from '@fusion-kit/domain/project';
import { Run, RunState } from '@fusion-kit/domain/run';
import * as z from 'zod';
import type { Answer, Call } from '../call.ts';
import { argument, changedBudget, Limit, optionsOf } from '../options.ts';
import { ago, cost, duration } from '../output/figures.ts';
import { plain } from '../output/plain.ts';
import { runAnswer, type RunReport } from '../output/run-answer.ts';
import { shownState } from '../output/states.ts';
import { LIST_MAX, tableText } from '../output/table.ts';
import { everyRow, projectOf } from '../references.ts';
import type { Client } from '../server/client.ts';
import { connect } from '../server/connect.ts';

const pathOf = (id: string): string => `/runs/${encodeURIComponent(id)}`;

export async function listRuns(call: Call): Promise<Answer> {
  const options = optionsOf(
    call,
    z.object({ project: z.string().optional(), state: RunState.optional(), limit: Limit.default(50) }),
  );
  const { client } = await connect(call);
  const project = options.project === undefined ? undefined : await projectOf(client, call, options.project);
  const query = { project: project?.id, state: options.state, limit: Math.min(options.limit, LIST_MAX) };
  const { items, next } = await client.get('/runs', page(Run), { query });
  return {
    data: { runs: items },
    text: (paint, columns) =>
      tableText(
        {
          head: ['run', 'name', 'state', 'started', 'time', 'cost', 'branch'],
          rows: items.map((run) => [
            run.id,
            plain(run.name),
            shownState(run.state, paint),
            ago(run.startedAt, Date.now()),
            run.finishedAt === undefined ? '' : duration(run.finishedAt - run.startedAt),
            cost(run.usage),
            run.branch ?? '',
          ]),
          empty: 'no runs yet; `fusion-kit run FILE` starts one',
          more: next !== null,
        },
        paint,
        columns,
      ),
  };
}

/** A run with its project, its tasks in the order of their making, and its team. */
export async function reportOf(client: Client, id: string): Promise<RunReport> {
  const run = await client.get(pathOf(id), Run);
  const [project, tasks, agents] = await Promise.all([
    client.get(`/projects/${run.projectId}`, Project),
    everyRow(client, '/tasks', TaskView, { run: run.id, order: 'oldest' }),
    everyRow(client, '/agents', Agent, { project: run.projectId, order: 'oldest' }),
  ]);
  const atWork = new Set(tasks.map((task) => task.dispatch?.agentId ?? task.lastAgentId));
  return { run, project, tasks, agents: agents.filter((agent) => agent.runId === run.id || atWork.has(agent.id)) };
}

export async function getRun(call: Call): Promise<Answer> {
  const { client } = await connect(call);
  // Showing a failed run is no failure of showing.
  return { ...runAnswer(await reportOf(client, argument(call, 0, '<run>'))), ok: true };
}

const changeRun =
  (changeOf: (call: Call) => z.input<typeof RunChange>, done: string) =>
  async (call: Call): Promise<Answer> => {
    const { client } = await connect(call);
    const run = await client.patch(pathOf(argument(call, 0, '<run>')), Run, changeOf(call));
    return { data: run, text: (paint) => `run ${run.id} ${done}: ${shownState(run.state, paint)}\n` };
  };

export async function budgetRun(call: Call): Promise<Answer> {
  const { client } = await connect(call);
  const path = pathOf(argument(call, 0, '<run>'));
  const { budget } = await client.get(path, Run);
  const run = await client.patch(path, Run, { action: 'budget', budget: changedBudget(call, budget) });
  return { data: run, text: () => `run ${plain(run.name)} may spend ${budgetWords(run.budget)} from now on\n` };
}

export const pauseRun = changeRun(() => ({ action: 'pause' }), 'starts no further task');
export const resumeRun = changeRun(() => ({ action: 'resume' }), 'goes on');
export const cancelRun = changeRun((call) => {
  const { reason } = optionsOf(call, z.object({ reason: z.string().optional() }));
  return { action: 'cancel', ...(reason !== undefined && { reason }) };
}, 'is stopped');
