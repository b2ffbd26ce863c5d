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

test('a refusal fails the task, and the failure stays in the inbox of a run that goes on until somebody has seen it', async () => {
  const house = openHouse();
  const { task } = await asked(house);
  await house.ok('PATCH', `tasks/${task.id}`, { action: 'answer', option: 'reject', by: 'ada' });
  expect(await items(house)).toMatchObject([{ kind: 'failure', failure: { code: 'approval_refused' } }]);

  const seen = { action: 'dismiss', by: 'ada' };
  expect(await house.ok('PATCH', `tasks/${task.id}`, seen)).toMatchObject({
    state: 'failed',
    dismissed: { by: 'ada' },
  });
  expect(await items(house)).toEqual([]);
});

test('only a failure can be dismissed: what waits for an answer waits on', async () => {
  const house = openHouse();
  const { task } = await asked(house);
  expect(await house.refusal('PATCH', `tasks/${task.id}`, { action: 'dismiss' })).toMatchObject({
    code: 'move_refused',
    remedy: expect.stringContaining('fusion-kit inbox'),
  });
  expect(await items(house)).toMatchObject([{ kind: 'approval' }]);
});

/** An agent at work on a task; `ask` has it ask something. */
async function atWork(house: House) {
  const { project, agent } = await furnished(house);
  const work = { kind: 'agent', prompt: 'Tidy up.' };
  const task = TaskView.parse(await house.ok('POST', 'tasks', { project: project.id, title: 'Tidy up', work }));
  const dispatchId = house.engine.newId('dsp');
  await house.engine.submit({ type: 'task.assign', taskId: task.id, agentId: agent.id, dispatchId });
  const caller = { projectId: project.id, runId: task.runId, taskId: task.id, agentId: agent.id, dispatchId };
  await house.engine.submit({ type: 'dispatch.start', caller });
  const ask = async (text: string, options: { id: string; label: string }[] = []) => {
    const questionId = house.engine.newId('qst');
    await house.engine.submit({ type: 'question.ask', caller, questionId, text, options });
    return questionId;
  };
  const reply = (change: object) => ({ action: 'reply', ...change }) as const;
  return { task, agent, ask, path: `tasks/${task.id}`, reply };
}

const YES_OR_NO = [
  { id: 'yes', label: 'Yes, delete it' },
  { id: 'no', label: 'No' },
];

test('what an agent asks waits in the inbox, the task says so, and a reply is told to everybody', async () => {
  const house = openHouse();
  const { task, agent, ask, path, reply } = await atWork(house);
  const question = await ask('May I delete legacy/?', YES_OR_NO);
  expect(await items(house)).toMatchObject([
    { kind: 'question', taskId: task.id, questionId: question, agentId: agent.id, text: 'May I delete legacy/?' },
  ]);
  expect(await house.ok('GET', path)).toMatchObject({
    phase: 'parked',
    waitingFor: 'waits for you: May I delete legacy/?',
  });
  const answered = await house.ok('PATCH', path, reply({ question, option: 'no', text: 'Not yet.', by: 'ada' }));
  expect(answered).toMatchObject({
    phase: 'working',
    questions: [{ id: question, answer: { option: 'no', text: 'Not yet.', by: 'ada' } }],
  });
  expect(await items(house)).toEqual([]);
  const { items: log } = await house.ok<{ items: { event: object }[] }>('GET', `${path}/log`);
  expect(log.map(({ event }) => event)).toMatchObject([
    { type: 'question.asked', options: YES_OR_NO },
    { type: 'question.answered', option: 'no', by: 'ada' },
  ]);
});

test('a reply that fits nothing says what there is, and one that comes late who was first', async () => {
  const house = openHouse();
  const { ask, path, reply } = await atWork(house);
  const nothing = await house.refusal('PATCH', path, reply({ option: 'yes' }));
  expect(nothing).toMatchObject({
    status: 404,
    code: 'question_unknown',
    message: expect.stringContaining('asks nothing'),
  });
  const first = await ask('May I delete legacy/?', YES_OR_NO);
  const unknown = await house.refusal('PATCH', path, reply({ question: house.engine.newId('qst'), option: 'yes' }));
  expect(unknown).toMatchObject({
    code: 'question_unknown',
    message: expect.stringContaining('May I delete legacy/?'),
  });
  const maybe = await house.refusal('PATCH', path, reply({ option: 'maybe' }));
  expect(maybe).toMatchObject({ status: 400, message: expect.stringContaining('it has yes, no') });
  expect(await house.refusal('PATCH', path, reply({}))).toMatchObject({ status: 400, code: 'bad_request' });
  const second = await ask('Which colour?');
  const which = await house.refusal('PATCH', path, reply({ text: 'blue' }));
  expect(which).toMatchObject({ status: 400, message: expect.stringMatching(new RegExp(`${first}.*${second}`)) });
  const chosen = await house.refusal('PATCH', path, reply({ question: second, option: 'blue' }));
  expect(chosen).toMatchObject({ message: expect.stringContaining('none: answer in words') });
  await house.ok('PATCH', path, reply({ question: first, option: 'yes', by: 'ada' }));
  const late = await house.refusal('PATCH', path, reply({ question: first, option: 'no', by: 'mika' }));
  expect(late).toMatchObject({ status: 409, code: 'question_answered', message: 'ada has answered it already: yes' });
});

test('an inbox of more than is asked for tells how much more waits', async () => {
  const house = openHouse();
  const { ask } = await atWork(house);
  for (const text of ['One?', 'Two?', 'Three?']) await ask(text);
  const { items: shown, more } = Inbox.parse(await house.ok('GET', 'inbox?limit=2'));
  expect([shown.length, more]).toEqual([2, 1]);
});

test('a task that waits can be skipped', async () => {
  const house = openHouse();
  const { task } = await asked(house);
  expect(await house.ok('PATCH', `tasks/${task.id}`, { action: 'skip' })).toMatchObject({
    state: 'skipped',
    reason: 'skipped by a person',
  });
});
