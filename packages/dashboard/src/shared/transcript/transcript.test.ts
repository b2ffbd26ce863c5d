import type { Entry } from '@fusion-kit/domain/entry';
import type { EventOf } from '@fusion-kit/domain/event';
import { expect, it } from 'vitest';
import { demoRecording } from '../../../dev/recording.ts';
import { transcriptOf } from './transcript.ts';
import { merged } from './use-task-log.ts';

const LOG = demoRecording(0);
const rounding = LOG.find(({ event }) => event.type === 'task.created' && event.spec.node === 'rounding')?.event;
const own = LOG.filter(
  ({ event }) => 'taskId' in event && rounding && 'taskId' in rounding && event.taskId === rounding.taskId,
);

it('puts every result with its call', () => {
  const tools = transcriptOf(own).filter((passage) => passage.kind === 'tool');
  expect(tools.length).toBeGreaterThan(2);
  for (const tool of tools) expect(tool.output).toBeDefined();
  expect(tools.filter((tool) => tool.isError)).toHaveLength(1);
});

it('shows a call that runs without a result', () => {
  const called = own.findIndex(({ event }) => event.type === 'tool.called');
  expect(transcriptOf(own.slice(0, called + 1)).at(-1)).not.toHaveProperty('output');
});

it('tells why a second attempt was made', () => {
  const turnings = transcriptOf(own).flatMap((passage) =>
    passage.kind === 'turning' ? (passage.failure?.code ?? []) : [],
  );
  expect(turnings).toEqual(['verification_failed']);
});

it('merges what was read with what came live, each once and in order', () => {
  const seqs = merged(own.slice(3, 9), [...own.slice(7, 12), ...own.slice(0, 4)]).map((entry) => entry.seq);
  expect(seqs).toEqual(own.slice(0, 12).map((entry) => entry.seq));
});

it('tells from where on the model sees less', () => {
  const { at, event } = own.find((entry) => entry.event.type === 'turn.opened')!;
  const { projectId, runId, taskId, agentId, dispatchId } = event as EventOf<'turn.opened'>;
  const caller = { projectId, runId, taskId, agentId, dispatchId };
  const shortened = (seq: number, text?: string): Entry => ({
    seq,
    at,
    event: { type: 'turn.compacted', v: 1, ...caller, before: 4, ...(text !== undefined && { text }) },
  });
  expect(transcriptOf([shortened(1), shortened(2, 'My notes.')])).toMatchObject([
    { text: 'the model sees tool results before step 4 cut short' },
    { text: 'of what lies before step 4 the model sees its notes only' },
  ]);
});
