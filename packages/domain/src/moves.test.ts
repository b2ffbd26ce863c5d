import { SAMPLE } from '@fusion-kit/testing/sample-events';
import { describe, expect, it } from 'vitest';
import { AGENT_MOVES, type AgentState } from './agent.ts';
import { Event, EVENT_TYPES, type EventType } from './event.ts';
import { evolveAgent } from './evolve/agent.ts';
import { evolveMessage } from './evolve/message.ts';
import { evolveRun } from './evolve/run.ts';
import { evolveTask } from './evolve/task.ts';
import { DELIVERY_MOVES, type DeliveryState } from './message.ts';
import { type Moves, moveOf } from './moves.ts';
import { RUN_MOVES, type RunState } from './run.ts';
import { TASK_MOVES, type TaskState } from './task.ts';

const entry = (type: EventType) => ({ seq: 1, at: 7, event: SAMPLE[type] });

/** Every (state, event) pair of a noun: what the table allows leads there, what it does not is refused, and nothing else happens. */
function walk<State extends string>(
  moves: Moves<State>,
  types: readonly EventType[],
  evolve: (state: State, type: EventType) => State | undefined,
): void {
  const states = (Object.keys(moves) as (State | 'unborn')[]).filter((state): state is State => state !== 'unborn');
  for (const state of states) {
    for (const type of types) {
      const to = moveOf(moves, state, type);
      it(`${state} + ${type} ${to ? `leads to ${to}` : 'is refused'}`, () => {
        if (to) expect(evolve(state, type)).toBe(to);
        else expect(() => evolve(state, type)).toThrow(expect.objectContaining({ code: 'move_refused' }));
      });
    }
  }
}

const of = (noun: string) => EVENT_TYPES.filter((type) => type.startsWith(`${noun}.`));

it('the samples hold a valid event of every type', () => {
  expect(Object.keys(SAMPLE).toSorted()).toEqual([...EVENT_TYPES].toSorted());
  for (const type of EVENT_TYPES) expect(Event.parse(SAMPLE[type])).toEqual(SAMPLE[type]);
});

describe('agent', () => {
  const born = evolveAgent(undefined, entry('agent.spawning'))!;
  const own = of('agent').filter((type) => type !== 'agent.spawning' && type !== 'agent.updated');
  walk<AgentState>(
    AGENT_MOVES,
    [...own, 'task.assigned'],
    (state, type) => evolveAgent({ ...born, state }, entry(type))?.state,
  );

  const releasing = of('task').filter((type) => 'dispatchId' in SAMPLE[type] && type !== 'task.assigned');
  for (const state of Object.keys(AGENT_MOVES).filter((each) => each !== 'unborn') as AgentState[]) {
    for (const type of releasing) {
      const to = moveOf<AgentState>(AGENT_MOVES, state, type) ?? state;
      it(`${state} + ${type} of the dispatch in its hands leads to ${to}`, () => {
        const holding = {
          ...born,
          state,
          taskId: SAMPLE['task.assigned'].taskId,
          dispatchId: SAMPLE['task.assigned'].dispatchId,
        };
        expect(evolveAgent(holding, entry(type))?.state).toBe(to);
      });
      it(`${state} + ${type} of another dispatch changes nothing`, () => {
        const other = { ...born, state };
        expect(evolveAgent(other, entry(type))).toBe(other);
      });
    }
  }

  it('a pause keeps the task in its hands and going on takes it up again', () => {
    const working = ['agent.ready', 'task.assigned', 'agent.paused', 'agent.continued'] as const;
    const after = working.reduce((agent, type) => evolveAgent(agent, entry(type))!, born);
    expect(after).toMatchObject({ state: 'working', taskId: SAMPLE['task.assigned'].taskId });
  });
});

describe('task', () => {
  const born = evolveTask(undefined, entry('task.created'))!;
  const types = [...of('task').filter((type) => type !== 'task.created'), ...of('question')];
  walk<TaskState>(TASK_MOVES, types, (state, type) => evolveTask({ ...born, state }, entry(type))?.state);

  it('a lost runner uses up no attempt, a failure does', () => {
    const running = ['task.assigned', 'task.started'] as const;
    const held = running.reduce((task, type) => evolveTask(task, entry(type))!, born);
    const { failure, ...lost } = SAMPLE['task.requeued'];
    expect(evolveTask(held, { seq: 1, at: 1, event: lost })?.attempts).toBe(0);
    expect(evolveTask(held, { seq: 1, at: 1, event: { ...lost, failure: failure! } })?.attempts).toBe(1);
  });
});

describe('run', () => {
  const born = evolveRun(undefined, entry('run.started'))!;
  const types = of('run').filter((type) => type !== 'run.started');
  walk<RunState>(RUN_MOVES, types, (state, type) => evolveRun({ ...born, state }, entry(type))?.state);
});

describe('delivery of a message', () => {
  const sent = evolveMessage(undefined, entry('message.sent'))!;
  const agent = SAMPLE['message.delivered'].agentId;
  const types = of('message').filter((type) => type !== 'message.sent');
  walk<DeliveryState>(DELIVERY_MOVES, types, (state, type) => {
    const message = { ...sent, deliveries: { [agent]: { state, at: 1 } } };
    return evolveMessage(message, entry(type))?.deliveries[agent]?.state;
  });
});
