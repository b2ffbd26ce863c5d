import { EventView, page, TaskView } from '@fusion-kit/domain/api';
import type { ProjectId } from '@fusion-kit/domain/ids';
import { expect, test } from 'vitest';
import { furnished, type House, openHouse, toldEvents, workflowText } from '../test/house.ts';

const newTask = (project: ProjectId, title = 'work', more: object = {}) => ({
  project,
  title,
  work: { kind: 'agent', prompt: 'do it' },
  ...more,
});
const create = async (house: House, body: object) => TaskView.parse(await house.ok('POST', 'tasks', body));
const titles = async (house: House, query: string) =>
  page(TaskView)
    .parse(await house.ok('GET', `tasks?${query}`))
    .items.map((task) => task.title);

test('a task is made with its defaults and says why it waits', async () => {
  const house = openHouse();
  const { project } = await furnished(house);
  const task = await create(house, newTask(project.id, 'work', { requires: ['rust'] }));
  expect(task).toMatchObject({ state: 'queued', priority: 5, waitingFor: 'no agent has rust' });
  expect(await house.ok('GET', `tasks/${task.id}`)).toEqual(task);
  const next = await create(house, newTask(project.id, 'next', { needs: [{ id: task.id }] }));
  expect(next.waitingFor).toBe('needs by-hand');
});

test('a task changes its place and is cancelled', async () => {
  const house = openHouse();
  const { project } = await furnished(house);
  const { id } = await create(house, newTask(project.id));
  expect(await house.ok('PATCH', `tasks/${id}`, { action: 'reprioritize', priority: 9 })).toMatchObject({
    priority: 9,
  });
  const cancelled = await house.ok('PATCH', `tasks/${id}`, { action: 'cancel' });
  expect(cancelled).toMatchObject({ state: 'cancelled', reason: 'cancelled by a person' });
  expect(cancelled).not.toHaveProperty('waitingFor');
  expect(await house.refusal('PATCH', `tasks/${id}`, { action: 'reprioritize', priority: 1 })).toMatchObject({
    status: 409,
    code: 'move_refused',
  });
});

test('a task in the hands of an agent is given out again when a person asks for it; one that waits or has landed work is not', async () => {
  const house = openHouse();
  const { project, agent } = await furnished(house);
  const { id, runId } = await create(house, newTask(project.id));
  const restart = { action: 'restart', reason: 'it hangs' };
  const refused = { status: 409, code: 'move_refused' };
  expect(await house.refusal('PATCH', `tasks/${id}`, restart)).toMatchObject(refused);
  const assign = async () => {
    const caller = {
      projectId: project.id,
      runId,
      taskId: id,
      agentId: agent.id,
      dispatchId: house.engine.newId('dsp'),
    };
    await house.engine.submit({ type: 'task.assign', taskId: id, agentId: agent.id, dispatchId: caller.dispatchId });
    await house.engine.submit({ type: 'dispatch.start', caller });
    return caller;
  };
  const first = await assign();
  const again = await house.ok('PATCH', `tasks/${id}`, restart);
  expect(again).toMatchObject({ state: 'queued', attempts: 0, lastAgentId: agent.id });
  await expect(house.engine.submit({ type: 'dispatch.phase', caller: first, phase: 'working' })).rejects.toMatchObject({
    code: 'dispatch_stale',
  });
  const caller = await assign();
  const commit = 'c'.repeat(40);
  const receipt = { kind: 'unverified' as const, files: [], fileCount: 0, checks: [], sandbox: 'none', commit };
  await house.engine.submit({ type: 'dispatch.prove', caller, outputs: {}, receipt });
  expect(await house.refusal('PATCH', `tasks/${id}`, restart)).toMatchObject(refused);
});

test('tasks are listed by state, project, run, agent and workflow', async () => {
  const house = openHouse();
  const { project, agent } = await furnished(house);
  const byHand = await create(house, newTask(project.id, 'by hand'));
  const saved = await house.ok<{ id: string }>('POST', 'workflows', {
    project: project.id,
    source: workflowText('two', { a: [], b: ['a'] }),
  });
  const other = await house.ok<{ id: string }>('POST', 'workflows', {
    project: project.id,
    source: workflowText('one', { c: [] }),
  });
  const { run } = await house.ok<{ run: { id: string } }>('POST', `workflows/${saved.id}/start`, {});
  await house.ok('POST', `workflows/${other.id}/start`, {});
  const dispatchId = house.engine.newId('dsp');
  await house.engine.submit({ type: 'task.assign', taskId: byHand.id, agentId: agent.id, dispatchId });

  expect(await titles(house, '')).toEqual(['Do c', 'Do b', 'Do a', 'by hand']);
  expect(await titles(house, 'state=assigned')).toEqual(['by hand']);
  expect(await titles(house, `agent=${agent.id}`)).toEqual(['by hand']);
  expect(await titles(house, `run=${run.id}&order=oldest`)).toEqual(['Do a', 'Do b']);
  expect(await titles(house, `workflow=${saved.id}`)).toEqual(['Do b', 'Do a']);
  expect(await titles(house, `project=${house.engine.newId('prj')}`)).toEqual([]);
});

test('a list that is filtered by workflow goes on at its cursor', async () => {
  const house = openHouse();
  const { project } = await furnished(house);
  const saved = await house.ok<{ id: string }>('POST', 'workflows', {
    project: project.id,
    source: workflowText('w', { a: [], b: [], c: [] }),
  });
  await house.ok('POST', `workflows/${saved.id}/start`, {});
  await create(house, newTask(project.id));
  const first = page(TaskView).parse(await house.ok('GET', `tasks?workflow=${saved.id}&limit=2`));
  expect(first.items.map((task) => task.node)).toEqual(['c', 'b']);
  const second = page(TaskView).parse(await house.ok('GET', `tasks?workflow=${saved.id}&limit=2&cursor=${first.next}`));
  expect(second.items.map((task) => task.node)).toEqual(['a']);
  expect(second.next).toBeNull();
});

test("a task's log is its conversation, page by page", async () => {
  const house = openHouse();
  const { project } = await furnished(house);
  const { id } = await create(house, newTask(project.id));
  house.engine.append(...toldEvents(project.id, id, house, 3, 'go on'));
  const first = page(EventView).parse(await house.ok('GET', `tasks/${id}/log?limit=2`));
  const last = page(EventView).parse(await house.ok('GET', `tasks/${id}/log?limit=2&after=${first.next}`));
  const seqs = [...first.items, ...last.items].map((entry) => entry.seq);
  expect(seqs).toEqual([house.engine.head - 2, house.engine.head - 1, house.engine.head]);
  expect(last.next).toBeNull();
});

test.each(['nonsense', `tsk_${'0'.repeat(25)}Z`])('task %s is unknown', async (id) => {
  const house = openHouse();
  const unknown = { status: 404, code: 'task_unknown' };
  expect(await house.refusal('GET', `tasks/${id}`)).toMatchObject(unknown);
  expect(await house.refusal('GET', `tasks/${id}/log`)).toMatchObject(unknown);
  expect(await house.refusal('PATCH', `tasks/${id}`, { action: 'cancel' })).toMatchObject(unknown);
});

test('a request sent twice with one key makes one task; another request with that key is refused', async () => {
  const house = openHouse();
  const { project } = await furnished(house);
  const key = { 'idempotency-key': 'once' };
  const first = await house.ok('POST', 'tasks', newTask(project.id), key);
  const again = await house.ok('POST', 'tasks', newTask(project.id), key);
  expect(again).toEqual(first);
  expect(await titles(house, '')).toEqual(['work']);
  expect(await house.refusal('POST', 'tasks', newTask(project.id, 'other'), key)).toMatchObject({
    status: 409,
    code: 'idempotency_conflict',
  });
  expect(
    await house.refusal('POST', 'tasks', newTask(project.id), { 'idempotency-key': 'x'.repeat(201) }),
  ).toMatchObject({
    status: 400,
    code: 'bad_request',
  });
});
