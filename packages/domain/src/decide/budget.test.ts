import { sampleId } from '@fusion-kit/testing/journal-samples';
import { sampleAgentSpec, sampleRunSpec, sampleTaskSpec } from '@fusion-kit/testing/sample-events';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { AgentSpec } from '../agent.ts';
import type { Command } from '../command.ts';
import { decide } from '../decide.ts';
import type { ProjectBudget } from '../project.ts';
import type { TaskSpec } from '../task.ts';
import { World } from '../world.ts';

const AGENTS = 20;
const HELD = { tokens: 100, costUsd: 0.5 };
const projectId = sampleId('prj', 1);
const numbers = Array.from({ length: AGENTS }, (_, at) => at + 1);
const callerOf = (n: number) => ({
  projectId,
  runId: sampleRunSpec.id,
  taskId: sampleId('tsk', n),
  agentId: sampleId('agt', n),
  dispatchId: sampleId('dsp', n),
});

/** Twenty agents, each at work on a task of one run. */
function atWork(budget: ProjectBudget, ofRun = {}, ofAgent: Partial<AgentSpec> = {}, ofTask: Partial<TaskSpec> = {}) {
  const world = new World();
  let seq = 0;
  const submit = (command: Command, at = 0) => {
    const { events = [], refused } = decide(world, command, at);
    for (const event of events) world.apply({ seq: (seq += 1), at, event });
    return refused;
  };
  const tasks = numbers.map((n) => ({ ...sampleTaskSpec, ...ofTask, id: sampleId('tsk', n), node: `n${n}` }));
  submit({ type: 'project.create', projectId, name: 'shop', path: '/shop', kind: 'git', budget });
  submit({ type: 'run.start', spec: { ...sampleRunSpec, budget: ofRun }, tasks, agents: [] });
  for (const n of numbers) {
    const { taskId, agentId, dispatchId } = callerOf(n);
    submit({ type: 'agent.spawn', agentId, projectId, spec: { ...sampleAgentSpec, ...ofAgent, name: `agent-${n}` } });
    submit({ type: 'agent.arrive', agentId, workspace: '/w', sandbox: 'none' });
    submit({ type: 'task.assign', taskId, agentId, dispatchId });
    submit({ type: 'dispatch.start', caller: callerOf(n) });
  }

  let reservations = 0;
  const reserve = (n: number, at = 0, held: { tokens: number; costUsd: number | null } = HELD) => {
    const reservationId = sampleId('rsv', (reservations += 1));
    const refused = submit({ type: 'budget.reserve', reservationId, caller: callerOf(n), ...held }, at);
    return { reservationId, refused };
  };
  const settle = (n: number, reservationId: ReturnType<typeof reserve>['reservationId'], used: number, at = 0) =>
    submit(
      {
        type: 'budget.settle',
        reservationId,
        caller: callerOf(n),
        settlement: {
          provider: 'somebody',
          model: 'm',
          status: 200,
          basis: 'reported',
          inputTokens: Math.floor(used * HELD.tokens),
          outputTokens: 0,
          costUsd: used * HELD.costUsd,
          firstByteMs: 1,
          durationMs: 1,
          attempts: 1,
        },
      },
      at,
    );
  /** What a program says it has used. */
  const tell = (n: number, inputTokens: number, costUsd: number | null = null, at = 0) => {
    const used = { type: 'usage.reported', v: 1, program: 'claude', inputTokens, outputTokens: 0, costUsd } as const;
    return submit({ type: 'activity.record', caller: callerOf(n), events: [{ ...used, ...callerOf(n) }] }, at);
  };
  const usage = () => world.get('projects', projectId)!.usage;
  return { reserve, settle, tell, usage, world };
}

describe('twenty agents against one cap', () => {
  /** Who acts, and how much of what it held its call then used. */
  const acts = fc.array(fc.tuple(fc.constantFrom(...numbers), fc.double({ min: 0, max: 1, noNaN: true })), {
    minLength: 100,
    maxLength: 300,
  });

  it.each<['tokens' | 'dollars', string, ProjectBudget, object]>([
    ['tokens', 'of the project', { tokens: 1_050 }, {}],
    ['dollars', 'of the project', { costUsd: 5.25 }, {}],
    ['tokens', 'of the run', {}, { tokens: 1_050 }],
    ['tokens', 'of the day', { tokensPerDay: 1_050 }, {}],
    ['dollars', 'of the day', { costUsdPerDay: 5.25 }, {}],
  ])('never pass it, in whatever order they hold and settle: %s %s', (capped, _whose, budget, ofRun) => {
    fc.assert(
      fc.property(acts, (sequence) => {
        const { reserve, settle, usage } = atWork(budget, ofRun);
        const open = new Map<number, ReturnType<typeof reserve>['reservationId']>();
        for (const [n, used] of sequence) {
          const held = open.get(n);
          if (held) {
            settle(n, held, used);
            open.delete(n);
          } else {
            const { refused, reservationId } = reserve(n);
            if (!refused) open.set(n, reservationId);
          }
          // What is held counts as used: this is the most that they can come to together. Tokens are counted whole, so a cap on one says nothing of the other.
          if (capped === 'tokens') expect(usage().inputTokens + open.size * HELD.tokens).toBeLessThanOrEqual(1_050);
          else expect(usage().costUsd + open.size * HELD.costUsd).toBeLessThanOrEqual(5.25 + 1e-9);
        }
      }),
      { numRuns: 20 },
    );
  });

  it('pass it by no more than the last one used beyond what it held', () => {
    const { reserve, settle, usage } = atWork({ tokens: 1_000 });
    const held = numbers.map((n) => ({ n, ...reserve(n) }));
    expect(held.filter(({ refused }) => !refused)).toHaveLength(10);
    // Somebody may not use all that he holds: then the others can go on.
    for (const { refused } of held.slice(10))
      expect(refused).toMatchObject({ code: 'budget_held', retryAfterMs: 1_000 });
    for (const { n, reservationId } of held) settle(n, reservationId, 1);
    expect(usage().inputTokens).toBe(1_000);

    expect(reserve(1).refused).toMatchObject({ code: 'budget_exceeded' });
  });
});

describe('the limit of one task', () => {
  const limited: Partial<TaskSpec> = {
    work: {
      kind: 'agent',
      prompt: 'Build.',
      outputs: [],
      verify: [],
      expectsChanges: false,
      maxSteps: 5,
      maxTokens: 250,
    },
  };

  it("is kept over all its attempts, and is nobody else's", () => {
    const { reserve, settle } = atWork({}, {}, {}, limited);
    for (let calls = 0; calls < 2; calls += 1) settle(1, reserve(1).reservationId, 1);

    expect(reserve(1).refused).toMatchObject({
      code: 'budget_exceeded',
      message: 'task n1 has used or holds 200 of 250 tokens and the call may need 100',
    });
    expect(reserve(2).refused).toBeUndefined();
  });
});

describe('the budget of a day', () => {
  const HOUR = 3_600_000;

  it('parks the work until the next day of UTC, when all of it is there again', () => {
    const { reserve, settle } = atWork({ tokensPerDay: 100 });
    settle(1, reserve(1, 20 * HOUR).reservationId, 1, 20 * HOUR);

    const { refused } = reserve(2, 23 * HOUR);
    expect(refused).toMatchObject({ code: 'budget_day_spent', retryAfterMs: HOUR });
    expect(refused?.message).toContain('project shop on this day has used or holds 100 of 100 tokens');
    expect(reserve(2, 24 * HOUR).refused).toBeUndefined();
  });

  it('in dollars takes no call whose price is not known', () => {
    const { reserve } = atWork({ costUsdPerDay: 1 });

    expect(reserve(1, 0, { tokens: 1, costUsd: null }).refused).toMatchObject({ code: 'budget_exceeded' });
  });
});

describe('a program with a login of its own', () => {
  const login = { credentials: 'login' } as const;

  it('counts what it says it used for its agent, task, run and project', () => {
    const { tell, world } = atWork({}, {}, login);
    tell(1, 70, 0.25);
    tell(1, 30);
    const { taskId, agentId, runId } = callerOf(1);
    const rows = [world.get('agents', agentId), world.get('tasks', taskId), world.get('runs', runId)];
    for (const row of [...rows, world.get('projects', projectId)])
      expect(row?.usage).toEqual({ calls: 2, inputTokens: 100, outputTokens: 0, costUsd: 0.25, unpricedCalls: 1 });
  });

  it.each<[string, ProjectBudget, object, Partial<AgentSpec>, string]>([
    ['its own tokens', {}, {}, { budget: { tokens: 100 } }, 'budget_exceeded'],
    ['tokens of its run', {}, { tokens: 100 }, {}, 'budget_exceeded'],
    ['tokens of a day', { tokensPerDay: 100 }, {}, {}, 'budget_day_spent'],
    ['dollars, where it says what it cost', { costUsd: 1 }, {}, {}, 'budget_exceeded'],
  ])('gets no further once it has passed %s', (_what, ofProject, ofRun, ofAgent, code) => {
    const { tell } = atWork(ofProject, ofRun, { ...ofAgent, ...login });
    expect(tell(1, 60, 0.6)).toBeUndefined();
    expect(tell(1, 60, 0.6)).toBeUndefined();
    expect(tell(1, 1)).toMatchObject({ code });
  });
});
