import { Agent } from '@fusion-kit/domain/agent';
import { AgentMetrics, page } from '@fusion-kit/domain/api';
import type { Task } from '@fusion-kit/domain/task';
import { expect, test } from 'vitest';
import { furnished, openHouse } from '../test/house.ts';

const idsOf = (answer: unknown) =>
  page(Agent)
    .parse(answer)
    .items.map((agent) => agent.id);

test('an agent is spawned with what the request left out filled in', async () => {
  const house = openHouse();
  const { project } = await furnished(house);
  const answer = await house.call('POST', 'agents', { project: project.id, name: 'bob', model: 'some/model' });
  expect(answer.status).toBe(201);
  const agent = Agent.parse(await answer.json());
  expect(agent).toMatchObject({
    name: 'bob',
    runtime: 'model-loop',
    model: 'some/model',
    state: 'spawning',
    budget: {},
  });
  expect(await house.ok('GET', `agents/${agent.id}`)).toEqual(agent);
});

test('agents are listed by state, project and run', async () => {
  const house = openHouse();
  const { project, agent } = await furnished(house);
  const other = await house.engine.createProject({ path: '/tmp/other', budget: {} });
  const spec = { runtime: 'model-loop', capabilities: [], subscriptions: [], budget: {} };
  const elsewhere = await house.engine.spawnAgent({ project: other.id, spec: { ...spec, name: 'eve' } });

  expect(idsOf(await house.ok('GET', 'agents'))).toEqual([elsewhere.id, agent.id]);
  expect(idsOf(await house.ok('GET', 'agents?state=idle'))).toEqual([agent.id]);
  expect(idsOf(await house.ok('GET', `agents?project=${other.id}`))).toEqual([elsewhere.id]);
  expect(idsOf(await house.ok('GET', `agents?project=${project.id}&state=working`))).toEqual([]);
  expect(idsOf(await house.ok('GET', `agents?run=${house.engine.newId('run')}`))).toEqual([]);
});

test('an agent is paused, resumed, updated and terminated, and each answer is the row after it', async () => {
  const house = openHouse();
  const { agent } = await furnished(house);
  const at = `agents/${agent.id}`;
  expect(await house.ok('PATCH', at, { action: 'pause' })).toMatchObject({ state: 'paused' });
  expect(await house.ok('PATCH', at, { action: 'resume' })).toMatchObject({ state: 'idle' });
  expect(await house.ok('PATCH', at, { action: 'update', change: { capabilities: ['rust'] } })).toMatchObject({
    capabilities: ['rust'],
    subscriptions: ['plan.>'],
  });
  expect(await house.ok('PATCH', at, { action: 'respawn' })).toMatchObject({ state: 'spawning' });
  expect(await house.ok('DELETE', at)).toMatchObject({ state: 'terminated' });
  expect(await house.refusal('PATCH', at, { action: 'pause' })).toMatchObject({ status: 409, code: 'move_refused' });
});

test('a name is taken while its agent lives', async () => {
  const house = openHouse();
  const { project } = await furnished(house);
  expect(await house.refusal('POST', 'agents', { project: project.id, name: 'ada' })).toMatchObject({
    status: 409,
    code: 'agent_name_taken',
  });
});

test('the metrics of an agent count its tasks, tools and time, and go on counting', async () => {
  const house = openHouse();
  const { project, agent } = await furnished(house);
  const { engine } = house;
  const work = async () => {
    const { id: taskId, runId } = await house.ok<Task>('POST', 'tasks', {
      project: project.id,
      title: 'work',
      work: { kind: 'agent', prompt: 'do it' },
    });
    const dispatchId = engine.newId('dsp');
    const caller = { projectId: project.id, runId, taskId, agentId: agent.id, dispatchId };
    await engine.submit({ type: 'task.assign', taskId, agentId: agent.id, dispatchId });
    await engine.submit({ type: 'dispatch.start', caller });
    return caller;
  };
  const metrics = async () => AgentMetrics.parse(await house.ok('GET', `agents/${agent.id}/metrics`));

  const first = await work();
  engine.append({
    type: 'tool.returned',
    v: 1,
    ...first,
    callId: '1',
    tool: 'shell',
    output: '',
    isError: false,
    durationMs: 1,
  });
  expect(await metrics()).toMatchObject({ tasks: { completed: 0, failed: 0, running: 1 }, toolCalls: 1 });
  engine.append({ type: 'task.completed', v: 1, ...first });
  const second = await work();
  const problem = { code: 'agent_gave_up' as const, message: 'no', remedy: 'read it' };
  engine.append({ type: 'task.failed', v: 1, ...second, failure: problem });
  expect(await metrics()).toEqual({
    agentId: agent.id,
    usage: agent.usage,
    tasks: { completed: 1, failed: 1, running: 0 },
    toolCalls: 1,
    workingMs: 50,
  });
});

test.each(['nonsense', `agt_${'0'.repeat(25)}Z`])('agent %s is unknown', async (id) => {
  const house = openHouse();
  const unknown = { status: 404, code: 'agent_unknown' };
  expect(await house.refusal('GET', `agents/${id}`)).toMatchObject(unknown);
  expect(await house.refusal('GET', `agents/${id}/metrics`)).toMatchObject(unknown);
  expect(await house.refusal('PATCH', `agents/${id}`, { action: 'pause' })).toMatchObject(unknown);
  expect(await house.refusal('DELETE', `agents/${id}`)).toMatchObject(unknown);
});

test('an unfit request names its fields', async () => {
  const house = openHouse();
  const { details, ...refusal } = await house.refusal('POST', 'agents', { project: 'x', name: 'Not A Name' });
  expect(refusal).toMatchObject({ status: 400, code: 'bad_request' });
  const { problems } = details as { problems: { field: string }[] };
  expect(problems.map((problem) => problem.field).toSorted()).toEqual(['name', 'project']);
});
