import { inboxOf } from '@fusion-kit/domain/inbox';
import { World } from '@fusion-kit/domain/world';
import { SAMPLE } from '@fusion-kit/testing/sample-events';
import pc from 'picocolors';
import { expect, it } from 'vitest';
import { inboxText } from './inbox-text.ts';
import { runLines } from './run-lines.ts';

const paint = pc.createColors(false);
const ASKED = [
  'project.created',
  'run.started',
  'agent.spawning',
  'agent.ready',
  'task.created',
  'task.assigned',
  'task.started',
  'question.asked',
] as const;

function asking() {
  const world = new World();
  for (const [at, type] of ASKED.entries()) world.apply({ seq: at + 1, at: at + 1, event: SAMPLE[type] });
  return world;
}

it('a question is told with its options and the command that answers it', () => {
  const world = asking();
  const [item] = inboxOf(world, world.all('runs'));
  const { taskId, questionId } = SAMPLE['question.asked'];
  const text = inboxText(item!, 8, paint);
  expect(text).toContain('May I delete it?\n  waits for you: yes (Yes), no (No), or words of your own\n');
  expect(text).toContain(`→ fusion-kit task reply ${taskId} yes\n`);
  const among = { ...item!, others: 2, options: [{ id: "it's fine", label: "it's fine" }] };
  expect(inboxText(among as typeof item & object, 8, paint)).toContain(
    `task reply ${taskId} 'it'\\''s fine' --question ${questionId}\n`,
  );
});

it('the block of a run shows the task that waits, what it asks, and how it is answered', () => {
  const passing = { activity: new Map(), said: [] };
  const lines = runLines(asking(), SAMPLE['run.started'].runId, passing, { paint, columns: 110, rows: 30, now: 8 });
  expect(lines.join('\n')).toMatch(/build +\S+ parked +waits for you: May I delete it\?/);
  expect(lines.join('\n')).toContain('→ fusion-kit task reply');
});

it('an agent that cannot work is told of with why, and what is done about it', () => {
  const world = new World();
  const { retryAfterMs: _later, ...failure } = SAMPLE['agent.failed'].failure;
  const events = [
    ...(['project.created', 'run.started', 'agent.spawning', 'task.created'] as const).map((type) => SAMPLE[type]),
    { ...SAMPLE['agent.failed'], failure },
  ];
  for (const [at, event] of events.entries()) world.apply({ seq: at + 1, at: at + 1, event });
  const text = inboxText(inboxOf(world, world.all('runs'))[0]!, 8, paint);
  expect(text).toContain(
    `who cannot work: ${failure.message}\n  → ${failure.remedy}\n  → then: fusion-kit agent respawn`,
  );
});
