import { expect, it } from 'vitest';
import { demoRecording } from '../../../dev/recording.ts';
import { type Activity, activityAfter, activityWriting } from './activity.ts';

const LOG = demoRecording(0);
/** What each agent does after the first entries of the log, by its name. */
function activities(entries: typeof LOG): Map<string, Activity> {
  const names = new Map<string, string>();
  const now = new Map<string, Activity>();
  for (const entry of entries) {
    if (entry.event.type === 'agent.spawning') names.set(entry.event.agentId, entry.event.spec.name);
    const told = activityAfter(entry);
    const name = told && names.get(told.agentId);
    if (name === undefined) continue;
    if (told?.activity) now.set(name, told.activity);
    else now.delete(name);
  }
  return now;
}
const upTo = (type: string, times = 1) => {
  const places = LOG.flatMap(({ event }, at) => (event.type === type ? [at] : []));
  return LOG.slice(0, (places[times - 1] ?? 0) + 1);
};

it('shows the tool an agent uses with what it is used on', () => {
  expect(activities(upTo('tool.called')).get('planner')).toMatchObject({ kind: 'tool', text: 'list_files .' });
});

it('shows that a model is being waited for', () => {
  expect(activities(upTo('budget.reserved')).get('planner')).toMatchObject({ kind: 'thinking' });
});

it('shows nothing once the task has left the agent, and nothing at the end', () => {
  expect(activities(upTo('task.completed')).has('planner')).toBe(false);
  expect(activities(upTo('task.requeued')).has('builder-oak')).toBe(false);
  expect(activities(LOG).size).toBe(0);
});

it('joins streamed text, and begins anew after anything else', () => {
  const first = activityWriting({ kind: 'thinking', text: 'thinking', at: 1 }, 'One ', 2);
  expect(activityWriting(first, 'two', 3).text).toBe('One two');
  expect(activityWriting(undefined, 'x'.repeat(10_000), 3).text.length).toBeLessThan(10_000);
});
