import { Replay, RunDiff, Started } from '@fusion-kit/domain/api';
import { WorkflowDiff } from '@fusion-kit/domain/workflow-diff';
import { expect, test } from 'vitest';
import { furnished, openHouse, workflowText } from '../test/house.ts';

async function saved(text: string) {
  const house = openHouse();
  const { project } = await furnished(house);
  const workflow = await house.ok<{ id: string }>('POST', 'workflows', { project: project.id, source: text });
  const start = async () => Started.parse(await house.ok('POST', `workflows/${workflow.id}/start`, {})).run;
  return { house, project, workflow, start };
}

test('a run is folded from its events, to its end and to an event before it', async () => {
  const { house, start } = await saved(workflowText('one', { a: [] }));
  const run = await start();
  const whole = Replay.parse(await house.ok('GET', `runs/${run.id}/replay`));
  expect(whole).toMatchObject({ run: { id: run.id, state: 'running' }, hash: whole.live });
  const earlier = Replay.parse(await house.ok('GET', `runs/${run.id}/replay?to=${whole.seq - 1}`));
  expect(earlier.events).toBeLessThan(whole.events);
  expect(earlier).not.toHaveProperty('live');
});

test('two runs of one workflow agree until one of them is cancelled', async () => {
  const { house, start } = await saved(workflowText('one', { a: [] }));
  const [one, other] = [await start(), await start()];
  expect(RunDiff.parse(await house.ok('GET', `runs/${one.id}/diff?with=${other.id}`))).toMatchObject({ same: true });
  await house.ok('PATCH', `runs/${other.id}`, { action: 'cancel' });
  const diff = RunDiff.parse(await house.ok('GET', `runs/${one.id}/diff?with=${other.id}`));
  expect(diff).toMatchObject({ same: false, other: { event: { type: 'task.cancelled' } } });
});

test('a fork is asked of the engine with its node and inputs, and answered with the new run', async () => {
  const { house, start } = await saved(workflowText('two', { a: [], b: ['a'] }));
  const run = await start();
  const { run: forked } = Started.parse(await house.ok('POST', `runs/${run.id}/fork`, { node: 'b', model: 'm' }));
  expect(forked.id).not.toBe(run.id);
  expect(house.engine.forks).toMatchObject([{ runId: run.id, node: 'b', defaults: { model: 'm' } }]);
  expect(await house.refusal('POST', `runs/${house.engine.newId('run')}/fork`, {})).toMatchObject({ status: 404 });
});

test('two versions of a workflow are compared', async () => {
  const { house, project, workflow } = await saved(workflowText('one', { a: [] }));
  await house.ok('POST', 'workflows', { project: project.id, source: workflowText('one', { a: [], b: ['a'] }) });
  const diff = WorkflowDiff.parse(await house.ok('GET', `workflows/${workflow.id}/diff?from=1&to=2`));
  expect(diff).toMatchObject({ nodes: { added: ['b'] }, edges: { added: [{ from: 'a', to: 'b' }] } });
  expect(await house.refusal('GET', `workflows/${workflow.id}/diff?from=1&to=9`)).toMatchObject({ status: 404 });
});
