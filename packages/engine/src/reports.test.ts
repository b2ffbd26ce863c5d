import type { EventType } from '@fusion-kit/domain/event';
import type { ReservationId } from '@fusion-kit/domain/ids';
import {
  createProject,
  engineParts,
  nthEvent,
  numberedTask,
  proving,
  receiptOf,
  startRun,
} from '@fusion-kit/testing/engine-parts';
import { sampleId } from '@fusion-kit/testing/journal-samples';
import { afterEach, beforeEach, expect, it } from 'vitest';
import type { Engine } from './engine.ts';
import { openEngine } from './open-engine.ts';

let engine: Engine;
let parts: ReturnType<typeof engineParts>;

beforeEach(async () => {
  parts = engineParts({
    play: async (start, report) => (start.fence > 1 ? proving()(start, report) : report({ type: 'dispatch.started' })),
  });
  engine = await openEngine(await parts.options());
  await engine.submit(createProject);
  await engine.submit(startRun([numberedTask(1)], 2));
  await until('task.started');
});
afterEach(() => engine.close('the test is over'));

const until = (type: EventType, nth?: number) => nthEvent(engine.follow.bind(engine), type, nth);
const held = () => {
  const { caller, token } = parts.starts[0]!;
  return { caller, token };
};
const record = {
  provider: 'p',
  model: 'm',
  status: 200,
  basis: 'reported' as const,
  inputTokens: 7,
  outputTokens: 2,
  costUsd: 0.5,
  firstByteMs: 1,
  durationMs: 2,
  attempts: 1,
};

it.each(['', 'AAAA', 'x'.repeat(10_000)])('a report with the token %j counts for nothing', async (token) => {
  const before = engine.head;
  const { caller } = held();
  const proved = { type: 'dispatch.proved', caller, token, outputs: {}, receipt: receiptOf() } as const;
  expect(await parts.report(proved)).toMatchObject({ ok: false, failure: { code: 'dispatch_stale' } });
  expect(engine.head).toBe(before);
});

it('money that was spent is booked once, also when its dispatch is over', async () => {
  const { caller, token } = held();
  const reserved = await parts.report({ type: 'budget.reserve', caller, token, tokens: 10, costUsd: 1 });
  const reservationId = (reserved.ok ? reserved.id : '') as ReservationId;
  await engine.submit({ type: 'dispatch.lose', caller, reason: 'its runner was lost' });
  await until('run.completed');
  const settle = { type: 'budget.settle', caller, token, reservationId, record } as const;
  expect(await parts.report(settle)).toMatchObject({ ok: true });
  expect(await parts.report(settle)).toMatchObject({ ok: true });
  expect(await engine.events(0, 10, { types: ['model.called'] })).toHaveLength(1);
  const [run] = await engine.find({ table: 'runs', limit: 1 });
  expect(run?.usage).toMatchObject({ calls: 1, inputTokens: 7, costUsd: 0.5 });
});

it('a budget is refused before it is passed, and the refusal says whose it is', async () => {
  const { caller, token } = held();
  await engine.submit({ type: 'agent.update', agentId: caller.agentId, change: { budget: { tokens: 100 } } });
  const reserve = (tokens: number) => parts.report({ type: 'budget.reserve', caller, token, tokens, costUsd: null });
  expect(await reserve(60)).toMatchObject({ ok: true });
  expect(await reserve(60)).toMatchObject({
    ok: false,
    failure: { code: 'budget_held', message: expect.stringMatching(/agent agent-\d .*60 of 100 tokens/) },
  });
});

it('a message reaches a name or a topic, and an unknown name is told who there is', async () => {
  const { caller, token } = held();
  const other = caller.agentId === sampleId('agt', 1) ? 'agent-2' : 'agent-1';
  const send = (to: string) => parts.report({ type: 'message.send', caller, token, to, text: 'hello' });
  expect(await send(other)).toMatchObject({ ok: true });
  expect(await send('status.done')).toMatchObject({ ok: true });
  expect(await send('nobody')).toMatchObject({
    ok: false,
    failure: { code: 'agent_unknown', message: expect.stringMatching(/nobody.*agent-1, agent-2/) },
  });
  const sent = await engine.events(0, 10, { types: ['message.sent'] });
  expect(sent.map(({ event }) => (event.type === 'message.sent' ? event.to : undefined))).toEqual([
    { agentId: sampleId('agt', other === 'agent-2' ? 2 : 1) },
    { topic: 'status.done' },
  ]);
});
