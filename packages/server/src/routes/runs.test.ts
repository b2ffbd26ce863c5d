import { page } from '@fusion-kit/domain/api';
import { Run } from '@fusion-kit/domain/run';
import { expect, test } from 'vitest';
import { furnished, openHouse, workflowText } from '../test/house.ts';

async function started() {
  const house = openHouse();
  const { project } = await furnished(house);
  const source = workflowText('one', { a: [] });
  const { id: workflow } = await house.ok<{ id: string }>('POST', 'workflows', { project: project.id, source });
  const { run } = await house.ok<{ run: Run }>('POST', `workflows/${workflow}/start`, {});
  return { house, project, workflow, run };
}

test('runs are shown and listed by project, state and workflow', async () => {
  const { house, project, workflow, run } = await started();
  expect(Run.parse(await house.ok('GET', `runs/${run.id}`))).toEqual(run);
  const ids = async (query: string) =>
    page(Run)
      .parse(await house.ok('GET', `runs?${query}`))
      .items.map(({ id }) => id);
  expect(await ids('')).toEqual([run.id]);
  expect(await ids(`project=${project.id}&state=running&workflow=${workflow}`)).toEqual([run.id]);
  expect(await ids('state=paused')).toEqual([]);
  expect(await ids(`workflow=${house.engine.newId('wfl')}`)).toEqual([]);
});

test('a run is paused, resumed and cancelled', async () => {
  const { house, run } = await started();
  expect(await house.ok('PATCH', `runs/${run.id}`, { action: 'pause' })).toMatchObject({ state: 'paused' });
  expect(await house.ok('PATCH', `runs/${run.id}`, { action: 'resume' })).toMatchObject({ state: 'running' });
  expect(await house.ok('PATCH', `runs/${run.id}`, { action: 'cancel' })).toMatchObject({ state: 'cancelled' });
  expect(await house.refusal('PATCH', `runs/${run.id}`, { action: 'pause' })).toMatchObject({ code: 'move_refused' });
});

test.each(['nonsense', `run_${'0'.repeat(25)}Z`])('run %s is unknown', async (id) => {
  const house = openHouse();
  expect(await house.refusal('GET', `runs/${id}`)).toMatchObject({ status: 404, code: 'run_unknown' });
  expect(await house.refusal('PATCH', `runs/${id}`, { action: 'pause' })).toMatchObject({ code: 'run_unknown' });
});
