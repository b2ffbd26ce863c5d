import { Inbox, TaskView } from '@fusion-kit/domain/api';
import { expect, test } from 'vitest';
import { furnished, type House, openHouse } from '../test/house.ts';

const items = async (house: House, query = '') => Inbox.parse(await house.ok('GET', `inbox${query}`)).items;

/** An approval that the house has put before a person. */
async function asked(house: House) {
  const { project } = await furnished(house);
  const work = { kind: 'approval', message: 'Ship ${{ inputs.name }}?', to: 'the lead' };
  const task = TaskView.parse(await house.ok('POST', 'tasks', { project: project.id, title: 'Ship it', work }));
  await house.engine.submit({
    type: 'control.open',
    taskId: task.id,
    after: 0,
    opened: 1,
    asks: 'Ship tea?',
    children: [],
  });
  return { project, task };
}

test('an approval waits in the inbox with what is asked and the answers there are', async () => {
  const house = openHouse();
  expect(await items(house)).toEqual([]);
  const { project, task } = await asked(house);
  const [item] = await items(house, `?project=${project.id}`);
  expect(item).toMatchObject({ kind: 'approval', taskId: task.id, message: 'Ship tea?', to: 'the lead' });
  expect(item).toMatchObject({ options: [{ id: 'approve' }, { id: 'reject' }] });
  expect(await items(house, `?run=${house.engine.newId('run')}`)).toEqual([]);
});

test('an answer completes it and leaves the inbox empty; an unknown one is refused with those there are', async () => {
  const house = openHouse();
  const { task } = await asked(house);
  const answer = (option: string) => ({ action: 'answer', option, by: 'ada', comment: 'good' });
  expect(await house.refusal('PATCH', `tasks/${task.id}`, answer('maybe'))).toMatchObject({
    code: 'bad_request',
    message: expect.stringContaining('approve, reject'),
  });
  expect(await house.ok('PATCH', `tasks/${task.id}`, answer('approve'))).toMatchObject({
    state: 'completed',
    outputs: { choice: 'approve', by: 'ada', comment: 'good' },
  });
  expect(await items(house)).toEqual([]);
  expect(await house.refusal('PATCH', `tasks/${task.id}`, answer('reject'))).toMatchObject({ code: 'move_refused' });
});

test('a refusal fails the task, and the failure stays in the inbox of a run that goes on', async () => {
  const house = openHouse();
  const { task } = await asked(house);
  await house.ok('PATCH', `tasks/${task.id}`, { action: 'answer', option: 'reject', by: 'ada' });
  expect(await items(house)).toMatchObject([{ kind: 'failure', failure: { code: 'approval_refused' } }]);
});

test('a task that waits can be skipped', async () => {
  const house = openHouse();
  const { task } = await asked(house);
  expect(await house.ok('PATCH', `tasks/${task.id}`, { action: 'skip' })).toMatchObject({
    state: 'skipped',
    reason: 'skipped by a person',
  });
});
