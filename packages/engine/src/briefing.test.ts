import { templatesOf } from '@fusion-kit/domain/node';
import type { ConversationEvent, EventType } from '@fusion-kit/domain/event';
import { type ErrorCode, failure } from '@fusion-kit/domain/errors';
import {
  createProject,
  engineParts,
  nthEvent,
  numberedTask,
  type Play,
  proving,
  startRun,
} from '@fusion-kit/testing/engine-parts';
import { sampleId } from '@fusion-kit/testing/journal-samples';
import { sampleTaskSpec } from '@fusion-kit/testing/sample-events';
import { afterEach, expect, it } from 'vitest';
import type { Engine } from './engine.ts';
import { openEngine } from './open-engine.ts';

const engines: Engine[] = [];
afterEach(async () => {
  for (const engine of engines.splice(0)) await engine.close('the test is over');
});

async function open(play: Play) {
  const parts = engineParts({ play });
  const engine = await openEngine({ ...(await parts.options()), random: () => 1 });
  engines.push(engine);
  await engine.submit(createProject);
  return { engine, starts: parts.starts };
}
const until = (engine: Engine, type: EventType, nth?: number) => nthEvent(engine.follow.bind(engine), type, nth);
const saying = (prompt: string) => ({ work: { ...sampleTaskSpec.work, prompt } });

it('fills in the outputs of far ancestors, and the inputs of the run', async () => {
  const { engine, starts } = await open((start, report) => proving({ summary: `of ${start.title}` })(start, report));
  const last = saying('${{ nodes.n1.outputs.summary }}, ${{ nodes.n3.outputs.summary }} and ${{ inputs.goal }}');
  await engine.submit(
    startRun([numberedTask(1), numberedTask(2, {}, [1]), numberedTask(3, {}, [2]), numberedTask(4, last, [3])], 1, {
      inputs: { goal: 'tea' },
    }),
  );
  await until(engine, 'run.completed');
  expect(templatesOf(starts[3]!.work)['prompt']).toBe('of Task 1, of Task 3 and tea');
});

it('fails a task that speaks of an output which is not there, instead of asking an agent for it', async () => {
  const { engine, starts } = await open(proving());
  await engine.submit(startRun([numberedTask(1, saying('${{ nodes.n9.outputs.summary }}'))], 1));
  const { event } = await until(engine, 'task.failed');
  expect(event).toMatchObject({ failure: { code: 'expression_invalid', message: expect.stringContaining('n9') } });
  expect(starts).toEqual([]);
});

it.each([
  [3, 2, undefined],
  [21, 20, undefined],
  [40, 20, true],
])('of a team of %i names %i others, and says whether there are more', async (size, named, goesOn) => {
  const { engine, starts } = await open(proving());
  await engine.submit(startRun([numberedTask(1)], size));
  await until(engine, 'run.completed');
  const { agent, team, teamGoesOn } = starts[0]!;
  const others = Array.from({ length: size }, (_, at) => `agent-${at + 1}`).filter((name) => name !== agent.name);
  expect(team.map(({ name }) => name)).toEqual(others.slice(0, named));
  expect(teamGoesOn).toBe(goesOn);
});

it.each([
  ['says why the attempt before was not accepted', 'verification_failed', /^Attempt 1 was not accepted: it broke/],
  ['says nothing of an attempt that was only interrupted', 'provider_limited', undefined],
] as const)('%s', async (_what, code: ErrorCode, note) => {
  const { engine, starts } = await open(async (start, report) => {
    if (start.fence > 1) return proving()(start, report);
    await report({ type: 'dispatch.started' });
    return report({ type: 'dispatch.failed', failure: failure(code, 'it broke') });
  });
  await engine.submit(startRun([numberedTask(1, { retry: { limit: 1, backoffMs: 0 } })], 1));
  await until(engine, 'run.completed');
  expect(starts).toHaveLength(2);
  if (note) expect(starts[1]?.note).toMatch(note);
  else expect(starts[1]?.note).toBeUndefined();
});

it('has work that could not be merged begun anew, once: what was done since is gone on with', async () => {
  const { engine, starts } = await open(async (start, report) => {
    if (start.fence === 4) return proving()(start, report);
    await report({ type: 'dispatch.started' });
    const said: ConversationEvent = { type: 'turn.told', v: 1, ...start.caller, text: 'I work', messageIds: [] };
    if (start.fence !== 2) await report({ type: 'dispatch.activity', events: [said] });
    const code = start.fence === 1 ? 'landing_conflict' : 'provider_limited';
    return report({ type: 'dispatch.failed', failure: failure(code, 'both changed a.js') });
  });
  await engine.submit(startRun([numberedTask(1, { retry: { limit: 1, backoffMs: 0 } })], 1));
  await until(engine, 'run.completed');
  expect(starts.map(({ fresh }) => fresh ?? false)).toEqual([false, true, true, false]);
  expect(starts[1]?.note).toMatch(/^Attempt 1 was not accepted: both changed a\.js\n.* on top of it\.$/);
});

it('hands over the conversation so far, and the messages that wait for the agent', async () => {
  const { engine, starts } = await open(async (start, report) => {
    if (start.fence > 1) return proving()(start, report);
    await report({ type: 'dispatch.started' });
    const said: ConversationEvent = { type: 'turn.told', v: 1, ...start.caller, text: 'Begin', messageIds: [] };
    await report({ type: 'dispatch.activity', events: [said] });
    await engine.submit({
      type: 'message.send',
      messageId: sampleId('msg', 1),
      projectId: start.caller.projectId,
      from: { kind: 'person', name: 'Mia' },
      to: { agentId: start.caller.agentId },
      text: 'Mind the gap',
    });
    return report({ type: 'dispatch.failed', failure: failure('provider_limited', 'a moment') });
  });
  await engine.submit(startRun([numberedTask(1)], 1));
  await until(engine, 'run.completed');
  expect(starts[0]).toMatchObject({ history: [], messages: [] });
  expect(starts[1]).toMatchObject({
    history: [{ type: 'turn.told', text: 'Begin' }],
    messages: [{ from: 'Mia', text: 'Mind the gap' }],
  });
});
