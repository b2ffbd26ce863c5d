import { SAMPLE, sampleAgentSpec, sampleRunSpec, sampleTaskSpec } from '@fusion-kit/testing/sample-events';
import { sampleId } from '@fusion-kit/testing/journal-samples';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Command } from './command.ts';
import { COMMAND_TYPES, decide } from './decide.ts';
import type { Entry } from './entry.ts';
import { TABLES } from './row.ts';
import { runEnded } from './run.ts';
import { needsMet } from './schedule.ts';
import { isEnded, isHeld } from './task.ts';
import { openQuestions } from './questions.ts';
import { World } from './world.ts';

const projectId = sampleId('prj', 1);
const number = fc.integer({ min: 1, max: 4 });
const caller = fc.record({
  projectId: fc.constant(projectId),
  runId: number.map((n) => sampleId('run', n)),
  taskId: number.map((n) => sampleId('tsk', n)),
  agentId: number.map((n) => sampleId('agt', n)),
  dispatchId: fc.integer({ min: 1, max: 8 }).map((n) => sampleId('dsp', n)),
});
const agentId = number.map((n) => sampleId('agt', n));
const taskId = number.map((n) => sampleId('tsk', n));
const runId = fc.integer({ min: 1, max: 2 }).map((n) => sampleId('run', n));
const { receipt } = SAMPLE['task.proved'];
const { commit: _none, ...nothing } = receipt;

const failures = fc
  .constantFrom('verification_failed', 'provider_limited', 'budget_exceeded', 'landing_conflict')
  .map((code) => ({ code, message: 'x', remedy: 'y' }) as const);

/** Four tasks as a diamond: 2 and 3 need 1, 4 needs both. */
const diamond = (run: 1 | 2) => {
  const id = (n: number) => sampleId('tsk', run === 1 ? n : n + 4);
  const need = (n: number) => ({ id: id(n), accept: ['completed' as const] });
  const task = (n: number, needs: number[]) => ({
    ...sampleTaskSpec,
    id: id(n),
    runId: sampleId('run', run),
    node: `n${n}`,
    needs: needs.map(need),
  });
  return [task(1, []), task(2, [1]), task(3, [1]), task(4, [2, 3])];
};

const COMMANDS: { [Type in Command['type']]?: fc.Arbitrary<Command> } = {
  'agent.spawn': number.map((n) => ({
    type: 'agent.spawn',
    agentId: sampleId('agt', n),
    projectId,
    spec: { ...sampleAgentSpec, name: `agent-${n}` },
  })),
  'agent.arrive': agentId.map((id) => ({ type: 'agent.arrive', agentId: id, workspace: '/w', sandbox: 'none' })),
  'agent.fail': fc.tuple(agentId, failures).map(([id, failure]) => ({ type: 'agent.fail', agentId: id, failure })),
  'agent.respawn': agentId.map((id) => ({ type: 'agent.respawn', agentId: id, reason: 'again' })),
  'agent.pause': agentId.map((id) => ({ type: 'agent.pause', agentId: id })),
  'agent.resume': agentId.map((id) => ({ type: 'agent.resume', agentId: id })),
  'agent.update': agentId.map((id) => ({
    type: 'agent.update',
    agentId: id,
    change: { capabilities: ['code', 'review'] },
  })),
  'agent.terminate': agentId.map((id) => ({ type: 'agent.terminate', agentId: id, reason: 'asked' })),
  'run.start': fc.constantFrom(1 as const, 2 as const).map((n) => ({
    type: 'run.start',
    spec: { ...sampleRunSpec, id: sampleId('run', n), check: n === 1 ? ['true'] : [] },
    tasks: diamond(n),
    agents: [],
  })),
  'run.pause': runId.map((id) => ({ type: 'run.pause', runId: id })),
  'run.resume': runId.map((id) => ({ type: 'run.resume', runId: id })),
  'run.budget': runId.map((id) => ({ type: 'run.budget', runId: id, budget: { tokens: 2_000 } })),
  'run.cancel': runId.map((id) => ({ type: 'run.cancel', runId: id, reason: 'enough' })),
  'run.conclude': fc
    .tuple(runId, fc.boolean())
    .map(([id, passed]) => ({ type: 'run.conclude', runId: id, passed, checks: [] })),
  'task.cancel': taskId.map((id) => ({ type: 'task.cancel', taskId: id, reason: 'enough' })),
  'task.restart': taskId.map((id) => ({ type: 'task.restart', taskId: id, reason: 'it hangs' })),
  'task.reprioritize': fc
    .tuple(taskId, fc.integer({ min: 0, max: 9 }))
    .map(([id, priority]) => ({ type: 'task.reprioritize', taskId: id, priority })),
  'task.dismiss': taskId.map((id) => ({ type: 'task.dismiss', taskId: id, by: 'ada' })),
  'task.assign': caller.map(({ taskId: task, agentId: agent, dispatchId }) => ({
    type: 'task.assign',
    taskId: task,
    agentId: agent,
    dispatchId,
  })),
  'dispatch.start': caller.map((who) => ({ type: 'dispatch.start', caller: who })),
  'dispatch.phase': caller.map((who) => ({ type: 'dispatch.phase', caller: who, phase: 'working' })),
  'dispatch.prove': fc.tuple(caller, fc.boolean()).map(([who, changed]) => ({
    type: 'dispatch.prove',
    caller: who,
    outputs: {},
    receipt: changed ? receipt : nothing,
  })),
  'dispatch.land': caller.map((who) => ({
    type: 'dispatch.land',
    caller: who,
    landed: { ref: 'refs/heads/x', commit: 'b'.repeat(40) },
  })),
  'dispatch.fail': fc
    .tuple(caller, failures)
    .map(([who, failure]) => ({ type: 'dispatch.fail', caller: who, failure, jitter: 0.5 })),
  'dispatch.lose': fc.tuple(caller, fc.boolean()).map(([who, crashed]) => ({
    type: 'dispatch.lose',
    caller: who,
    reason: 'restart',
    ...(crashed && { during: { text: 'shell make', jitter: 0.5 } }),
  })),
  'question.ask': fc.tuple(caller, number).map(([who, n]) => ({
    type: 'question.ask',
    caller: who,
    questionId: sampleId('qst', n),
    text: 'May I?',
    options: [{ id: 'yes', label: 'Yes' }],
  })),
  'question.answer': taskId.map((id) => ({ type: 'question.answer', taskId: id, option: 'yes', by: 'ada' })),
  'question.close': fc
    .tuple(caller, number)
    .map(([who, n]) => ({ type: 'question.close', caller: who, questionId: sampleId('qst', n) })),
  'dispatch.stall': caller.map((who) => ({ type: 'dispatch.stall', caller: who, quietMs: 50, process: 'alive' })),
  'dispatch.revive': caller.map((who) => ({ type: 'dispatch.revive', caller: who })),
  'message.send': fc.tuple(number, agentId, fc.boolean()).map(([n, to, topic]) => ({
    type: 'message.send',
    messageId: sampleId('msg', n),
    projectId,
    from: { kind: 'system' },
    to: topic ? { topic: 'plan.ready' } : { agentId: to },
    text: 'hello',
  })),
  'budget.reserve': fc.tuple(caller, number).map(([who, n]) => ({
    type: 'budget.reserve',
    reservationId: sampleId('rsv', n),
    caller: who,
    tokens: 10,
    costUsd: 0.01,
  })),
};

/** Picks commands, and points those of a dispatch at the one that holds the task, so that most of them mean something. */
function aim(world: World, command: Command): Command {
  if (!('caller' in command)) return command;
  const task = world.get('tasks', command.caller.taskId);
  if (!task?.dispatch) return command;
  const held = { ...command.caller, runId: task.runId, agentId: task.dispatch.agentId, dispatchId: task.dispatch.id };
  return { ...command, caller: held };
}

const setup: Command[] = [
  { type: 'project.create', projectId, name: 'shop', path: '/shop', kind: 'git', budget: { tokens: 1_000 } },
  {
    type: 'run.start',
    spec: { ...sampleRunSpec, id: sampleId('run', 1), check: ['true'] },
    tasks: diamond(1),
    agents: [],
  },
  ...[1, 2].map((n): Command => ({
    type: 'agent.spawn',
    agentId: sampleId('agt', n),
    projectId,
    spec: { ...sampleAgentSpec, name: `agent-${n}` },
  })),
  ...[1, 2].map((n): Command => ({
    type: 'agent.arrive',
    agentId: sampleId('agt', n),
    workspace: '/w',
    sandbox: 'none',
  })),
];

function play(commands: readonly Command[]): { world: World; log: Entry[] } {
  const world = new World();
  const log: Entry[] = [];
  const started = new Set<string>();
  for (const [at, given] of [...setup, ...commands].entries()) {
    const command = aim(world, given);
    if (command.type === 'run.start' && started.has(command.spec.id)) continue; // ids are never given twice
    if (command.type === 'agent.spawn' && world.get('agents', command.agentId)) continue;
    if (command.type === 'message.send' && world.get('messages', command.messageId)) continue;
    if (
      command.type === 'task.assign' &&
      log.some(({ event }) => 'dispatchId' in event && event.dispatchId === command.dispatchId)
    )
      continue;
    if (
      command.type === 'budget.reserve' &&
      log.some(({ event }) => 'reservationId' in event && event.reservationId === command.reservationId)
    )
      continue;
    const { events = [] } = decide(world, command, at * 10_000);
    if (command.type === 'run.start') started.add(command.spec.id);
    for (const event of events) {
      if (event.type === 'task.started') expect(needsMet(world, world.get('tasks', event.taskId)!)).toBe(true);
      const entry = { seq: log.length + 1, at: at * 10_000, event };
      log.push(entry);
      world.apply(entry);
    }
  }
  return { world, log };
}

const commands = fc.array(fc.oneof(...Object.values(COMMANDS)), { maxLength: 120 });
const rowsOf = (world: World) =>
  TABLES.map((table) => [...world.all(table)].toSorted((a, b) => (a.id < b.id ? -1 : 1)));

describe('any sequence of commands', () => {
  it('keeps agents and tasks pointing at each other, and never starts a task before its needs', () => {
    fc.assert(
      fc.property(commands, (sequence) => {
        const { world } = play(sequence);
        for (const task of world.all('tasks')) {
          if (!isHeld(task) || task.phase === 'landing') continue;
          expect(world.get('agents', task.dispatch!.agentId)).toMatchObject({
            taskId: task.id,
            dispatchId: task.dispatch!.id,
          });
        }
        for (const agent of world.all('agents')) {
          expect(agent.state === 'working' && !agent.dispatchId).toBe(false);
          if (agent.dispatchId) expect(world.get('tasks', agent.taskId!)?.dispatch?.id).toBe(agent.dispatchId);
        }
      }),
      { numRuns: 2_000 },
    );
  });

  it('ends a run exactly when its last task has ended, and counts what is open rightly', () => {
    fc.assert(
      fc.property(commands, (sequence) => {
        const { world } = play(sequence);
        for (const run of world.all('runs')) {
          const open = [...world.tasksOf(run.id)].filter((task) => !isEnded(task.state)).length;
          expect(world.openTasks(run.id)).toBe(open);
          if (runEnded(run.state)) expect(open).toBe(0);
          else if (run.state === 'running' && run.phase === 'working') expect(open).toBeGreaterThan(0);
        }
      }),
      { numRuns: 1_000 },
    );
  });

  it('leads to the same rows when its log is folded again', () => {
    fc.assert(
      fc.property(commands, (sequence) => {
        const { world, log } = play(sequence);
        const again = new World();
        for (const entry of log) again.apply(JSON.parse(JSON.stringify(entry)) as Entry);
        expect(rowsOf(again)).toEqual(rowsOf(world));
      }),
      { numRuns: 500 },
    );
  });

  it('leaves no question open that nobody waits for', () => {
    fc.assert(
      fc.property(commands, (sequence) => {
        const { world } = play(sequence);
        const over = [...world.all('tasks')].filter(({ state, phase }) => isEnded(state) || phase === 'landing');
        expect(over.flatMap(openQuestions)).toEqual([]);
      }),
      { numRuns: 1_000 },
    );
  });

  it('accepts one result per task at most', () => {
    fc.assert(
      fc.property(commands, (sequence) => {
        const { log } = play(sequence);
        const accepted = log.flatMap(({ event }) => (event.type === 'task.completed' ? [event.taskId] : []));
        expect(new Set(accepted).size).toBe(accepted.length);
      }),
      { numRuns: 500 },
    );
  });
});

describe('a decision', () => {
  const ready = () => play([]).world;
  const assign = {
    type: 'task.assign',
    taskId: sampleId('tsk', 1),
    agentId: sampleId('agt', 1),
    dispatchId: sampleId('dsp', 1),
  } as const;
  const who = {
    projectId,
    runId: sampleId('run', 1),
    taskId: sampleId('tsk', 1),
    agentId: sampleId('agt', 1),
    dispatchId: sampleId('dsp', 1),
  };

  it('names the task that failed its dependents', () => {
    const { log } = play([
      assign,
      { type: 'dispatch.start', caller: who },
      {
        type: 'dispatch.fail',
        caller: who,
        failure: { code: 'budget_exceeded', message: 'x', remedy: 'y' },
        jitter: 0,
      },
    ]);
    const cancelled = log.filter(({ event }) => event.type === 'task.cancelled').map(({ event }) => event);
    expect(cancelled).toHaveLength(3);
    expect(cancelled[0]).toMatchObject({ reason: `dependency_failed:${sampleId('tsk', 1)}` });
    expect(log.at(-1)?.event).toMatchObject({ type: 'run.failed', failure: { code: 'dependency_failed' } });
  });

  it('has what landed last checked', () => {
    const all = [1, 2, 3, 4].flatMap((n): Command[] => {
      const by = { ...who, taskId: sampleId('tsk', n), dispatchId: sampleId('dsp', n) };
      return [
        { ...assign, taskId: by.taskId, dispatchId: by.dispatchId },
        { type: 'dispatch.start', caller: by },
        { type: 'dispatch.prove', caller: by, outputs: {}, receipt },
        { type: 'dispatch.land', caller: by, landed: { ref: 'refs/heads/x', commit: String(n).repeat(40) } },
      ];
    });
    expect(play(all).log.at(-1)?.event).toMatchObject({ type: 'run.checking', commit: '4'.repeat(40) });
  });

  it('refuses an old dispatch once the task was given to another', () => {
    const second = { ...who, agentId: sampleId('agt', 2), dispatchId: sampleId('dsp', 2) };
    const { world } = play([
      assign,
      { type: 'agent.terminate', agentId: who.agentId, reason: 'x' },
      { ...assign, agentId: second.agentId, dispatchId: second.dispatchId },
    ]);
    expect(decide(world, { type: 'dispatch.start', caller: who }, 0).refused).toMatchObject({ code: 'dispatch_stale' });
    expect(decide(world, { type: 'dispatch.start', caller: second }, 0).events).toHaveLength(1);
  });

  it('holds budget before it is spent and refuses what would pass it', () => {
    const { world } = play([
      assign,
      { type: 'dispatch.start', caller: who },
      { type: 'budget.reserve', reservationId: sampleId('rsv', 1), caller: who, tokens: 900, costUsd: 0 },
    ]);
    const more = {
      type: 'budget.reserve',
      reservationId: sampleId('rsv', 2),
      caller: who,
      tokens: 200,
      costUsd: 0,
    } as const;
    expect(decide(world, more, 0).refused).toMatchObject({ code: 'budget_held' });
    expect(decide(world, { ...more, tokens: 1_001 }, 0).refused).toMatchObject({ code: 'budget_exceeded' });
    expect(decide(world, { ...more, tokens: 100 }, 0).events).toHaveLength(1);
  });

  it('lets nobody settle what another dispatch holds', () => {
    const reservationId = sampleId('rsv', 1);
    const { world } = play([assign, { type: 'budget.reserve', reservationId, caller: who, tokens: 9, costUsd: 0 }]);
    const { type: _t, v: _v, reservationId: _r, ...called } = SAMPLE['model.called'];
    const settle = (by: typeof who) =>
      decide(world, { type: 'budget.settle', reservationId, caller: by, settlement: called }, 0);
    expect(settle({ ...who, dispatchId: sampleId('dsp', 9) }).refused).toMatchObject({ code: 'dispatch_stale' });
    expect(settle(who).events).toHaveLength(1);
  });

  it('takes what is said of a conversation as said by the dispatch that reports it', () => {
    const { world } = play([assign, { type: 'dispatch.start', caller: who }]);
    const forged = { ...SAMPLE['turn.opened'], taskId: sampleId('tsk', 2), dispatchId: sampleId('dsp', 9) };
    expect(decide(world, { type: 'activity.record', caller: who, events: [forged] }, 0).events).toEqual([
      { ...forged, ...who },
    ]);
  });

  it('refuses a call of unknown price under a budget in dollars', () => {
    const world = ready();
    const project = world.get('projects', projectId)!;
    world.admit({ table: 'projects', id: projectId, row: { ...project, budget: { costUsd: 1 } } });
    for (const event of decide(world, assign, 0).events ?? []) world.apply({ seq: 999, at: 0, event });
    const call = {
      type: 'budget.reserve',
      reservationId: sampleId('rsv', 1),
      caller: who,
      tokens: 1,
      costUsd: null,
    } as const;
    expect(decide(world, call, 0).refused?.message).toContain('price of this model is not known');
  });

  it('knows nothing of ids that do not exist', () => {
    expect(decide(ready(), { type: 'task.cancel', taskId: sampleId('tsk', 99), reason: 'x' }, 0).refused).toMatchObject(
      { code: 'task_unknown', remedy: expect.stringContaining('fusion-kit task list') },
    );
  });

  it('has a rule for every command', () => {
    expect(COMMAND_TYPES).toEqual(expect.arrayContaining(Object.keys(COMMANDS)));
  });
});
