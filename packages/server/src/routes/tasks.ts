import type { OpenAPIHono } from '@hono/zod-openapi';
import { EventView, LogQuery, NewTask, page, TaskChange, TaskQuery, TaskView } from '@fusion-kit/domain/api';
import type { Command } from '@fusion-kit/domain/command';
import { ConversationEvent } from '@fusion-kit/domain/event';
import { TaskId, type WorkflowId } from '@fusion-kit/domain/ids';
import { keepText } from '@fusion-kit/domain/kept-text';
import type { Blobs } from '@fusion-kit/domain/ports/blobs';
import { waitingReason } from '@fusion-kit/domain/schedule-reason';
import type { Task } from '@fusion-kit/domain/task';
import type { Engine } from '@fusion-kit/engine/engine';
import type * as z from 'zod';
import { endpoint, idParams } from '../endpoint.ts';
import { eventPage } from '../event-page.ts';
import type { ServerOptions } from '../options.ts';
import { pageOf, rowOf } from '../rows.ts';

/** With what its agent asked people, and what they said. */
const SAID = [
  ...ConversationEvent.options.map((option) => option.shape.type.value),
  'question.asked',
  'question.answered',
] as const;
const RUNS_AT_ONCE = 500;

async function commandOf(blobs: Blobs, taskId: TaskId, change: z.output<typeof TaskChange>): Promise<Command> {
  switch (change.action) {
    case 'cancel':
      return { type: 'task.cancel', taskId, reason: change.reason };
    case 'reprioritize':
      return { type: 'task.reprioritize', taskId, priority: change.priority };
    case 'skip':
      return { type: 'task.skip', taskId, reason: change.reason };
    case 'dismiss':
      return { type: 'task.dismiss', taskId, by: change.by };
    case 'restart':
      return { type: 'task.restart', taskId, reason: change.reason };
    case 'answer': {
      const { option, comment, by } = change;
      return { type: 'task.answer', taskId, option, comment, by };
    }
    case 'reply': {
      const { question: questionId, option, by } = change;
      const text = change.text === undefined ? undefined : await keepText(blobs, change.text);
      return { type: 'question.answer', taskId, questionId, option, text, by };
    }
  }
}

/** Whether a task belongs to a workflow: its runs are looked up once, the store filters tasks by one run only. */
async function ofWorkflow(engine: Engine, workflowId: WorkflowId): Promise<(task: Task) => boolean> {
  const { projectId } = await rowOf(engine, 'workflows', workflowId);
  const runs = new Set<string>();
  let after = '';
  for (;;) {
    const found = await engine.find({ table: 'runs', filter: { projectId }, after, limit: RUNS_AT_ONCE });
    for (const run of found) if (run.workflowId === workflowId) runs.add(run.id);
    if (found.length < RUNS_AT_ONCE) return (task) => runs.has(task.runId);
    after = found.at(-1)!.id;
  }
}

export function taskRoutes(app: OpenAPIHono, { engine, clock }: ServerOptions): void {
  const shown = (tasks: Task[]): Promise<TaskView[]> =>
    engine.read((world) =>
      tasks.map((task) => {
        const waitingFor = waitingReason(world, task, clock());
        return waitingFor === undefined ? task : { ...task, waitingFor };
      }),
    );
  const shownById = async (id: TaskId): Promise<TaskView> => (await shown([await rowOf(engine, 'tasks', id)]))[0]!;

  const list = { method: 'get', path: '/tasks', summary: 'Lists tasks.' } as const;
  endpoint(app, { ...list, query: TaskQuery, answer: page(TaskView) }, async ({ query }) => {
    const { state, agent: agentId, run: runId, project: projectId, workflow } = query;
    const keep = workflow && (await ofWorkflow(engine, workflow));
    const found = await pageOf(engine, { table: 'tasks', filter: { state, agentId, runId, projectId }, keep }, query);
    return { items: await shown(found.items), next: found.next };
  });

  const create = { method: 'post', path: '/tasks', summary: "Adds a task to the project's standing run." } as const;
  endpoint(app, { ...create, body: NewTask, answer: TaskView, status: 201 }, async ({ body, idempotency }) => {
    const { project, ...task } = body;
    const created = await engine.createTask({ project, task }, idempotency);
    return shownById(created.id);
  });

  const one = { path: '/tasks/{id}', params: idParams(TaskId) } as const;
  endpoint(app, { ...one, method: 'get', summary: 'Shows a task and why it waits.', answer: TaskView }, ({ params }) =>
    shownById(params.id),
  );

  const change = {
    method: 'patch',
    summary:
      'Cancels, skips, answers or starts again a task, replies to its agent, dismisses its failure, or changes its place in the queue.',
    body: TaskChange,
  } as const;
  endpoint(app, { ...one, ...change, answer: TaskView }, async ({ params, body }) => {
    await engine.submit(await commandOf(engine.blobs, params.id, body));
    return shownById(params.id);
  });

  const log = { method: 'get', path: '/tasks/{id}/log', summary: 'What was said and done on a task.' } as const;
  const logShape = { ...log, params: one.params, query: LogQuery, answer: page(EventView) };
  endpoint(app, logShape, async ({ params, query }) => {
    await rowOf(engine, 'tasks', params.id);
    return eventPage(engine, { taskId: params.id, types: SAID }, query);
  });
}
