import { NodeWork } from '@fusion-kit/domain/node';
import type { Project } from '@fusion-kit/domain/project';
import type { Run } from '@fusion-kit/domain/run';
import type { Task } from '@fusion-kit/domain/task';
import { World } from '@fusion-kit/domain/world';
import { sampleId } from '@fusion-kit/testing/journal-samples';
import { SAMPLE, sampleRunSpec } from '@fusion-kit/testing/sample-events';
import picocolors from 'picocolors';
import { expect, it } from 'vitest';
import { runText } from './run-answer.ts';

const paint = picocolors.createColors(false);

function report(count: number, more: (n: number) => Partial<Task>) {
  const world = new World();
  const begun = [SAMPLE['project.created'], SAMPLE['run.started'], SAMPLE['task.created']];
  for (const [at, event] of begun.entries()) world.apply({ seq: at + 1, at, event });
  const run: Run = world.get('runs', sampleRunSpec.id)!;
  const [task] = world.tasksOf(run.id);
  const tasks = Array.from({ length: count }, (_, n) => ({
    ...task!,
    id: sampleId('tsk', n),
    node: `n${n}`,
    ...more(n),
  }));
  const project: Project = world.get('projects', run.projectId)!;
  return { run, project, tasks, agents: [] };
}

it('shows of a run with very many tasks what tells the most, and counts the rest', () => {
  const text = runText(
    report(20_000, (n) => ({ state: n === 15_000 ? 'failed' : 'completed' })),
    paint,
    100,
  );
  expect(text.split('\n').length).toBeLessThan(220);
  expect(text).toMatch(/^n15000 +✗ failed/m);
  expect(text).toContain('and 19800 more tasks: 19800 completed');
});

it('shows every task of a run that is not large', () => {
  const text = runText(
    report(200, () => ({ state: 'completed' })),
    paint,
    100,
  );
  expect(text).toMatch(/^n199 /m);
  expect(text).not.toContain('more tasks');
});

it('says what waits for a person, with the command that answers it', () => {
  const work = NodeWork.parse({ kind: 'approval', message: 'Ship it?', options: [{ id: 'yes', outcome: 'complete' }] });
  const text = runText(
    report(1, () => ({ state: 'running', work })),
    paint,
    100,
  );
  expect(text).toContain('Ship it?');
  expect(text).toContain(`→ fusion-kit task answer ${sampleId('tsk', 0)} yes`);
});

it('tells a reason that thousands share once, and names some of them', () => {
  const failure = { code: 'internal', message: 'all the same', remedy: 'Mend it.' } as const;
  const text = runText(
    report(5_000, () => ({ state: 'failed', failure })),
    paint,
    100,
  );
  expect(text.match(/all the same/g)).toHaveLength(1);
  expect(text).toContain('n19 and 4980 more: all the same');
});

it('tells at most twenty reasons, and how many there are', () => {
  const failure = (n: number) => ({ code: 'internal', message: `reason ${n}`, remedy: 'Mend it.' }) as const;
  const text = runText(
    report(50, (n) => ({ state: 'failed', failure: failure(n) })),
    paint,
    100,
  );
  expect(text.match(/reason \d+/g)).toHaveLength(20);
  expect(text).toContain('and 30 more reasons');
});

it('tells the beginning of a long failure, and where it stands whole', () => {
  const failure = { ...SAMPLE['task.failed'].failure, message: `it broke: ${'x'.repeat(1_500)}` };
  const text = runText(
    report(1, () => ({ state: 'failed', failure })),
    paint,
    100,
  );
  expect(text).toContain('it broke: xxx');
  expect(text).toContain(`more characters: fusion-kit task get ${sampleId('tsk', 0)})`);
  expect(text.length).toBeLessThan(1_200);
});
