import { sampleId } from '@fusion-kit/testing/journal-samples';
import { SAMPLE } from '@fusion-kit/testing/sample-events';
import { expect, it } from 'vitest';
import type { Event } from './event.ts';
import { recordedAttempts } from './recorded-attempts.ts';

const [ada, bob] = [sampleId('agt', 1), sampleId('agt', 2)];
const called: Event = { ...SAMPLE['model.called'], status: 200, basis: 'reported' };
const answered = SAMPLE['step.answered'];
const to = (agentId: typeof ada): Event => ({ ...SAMPLE['task.assigned'], agentId });
const { failure, ...interrupted } = SAMPLE['task.requeued'];
const failed: Event = { ...interrupted, failure: { ...failure!, code: 'verification_failed' } };

/** Whose each attempt was, and how much its conversation had taken in at each of its calls. */
const attempts = (...events: Event[]) =>
  [...recordedAttempts(events).values()]
    .flat()
    .map(({ agentId, calls }) => [agentId, ...calls.map(({ answers }) => answers)]);

it('attempts follow one another, each with the agent that made it', () => {
  expect(attempts(to(ada), called, answered, called, answered, failed, to(bob), called, answered)).toEqual([
    [ada, 0, 1],
    [bob, 0],
  ]);
});

it('a call whose answer an interruption cut off counts for nothing, and the attempt goes on', () => {
  expect(attempts(to(ada), called, answered, called, interrupted, to(ada), called, answered)).toEqual([[ada, 0, 1]]);
});

it('another agent begins the conversation anew', () => {
  expect(attempts(to(ada), called, answered, interrupted, to(bob), called, answered)).toEqual([[bob, 0]]);
});

it('an answer that was empty and asked for again is a call of its own', () => {
  expect(attempts(to(ada), called, called, answered, called)).toEqual([[ada, 0, 0, 1]]);
});
