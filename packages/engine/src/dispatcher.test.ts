import { FusionError } from '@fusion-kit/domain/errors';
import type { Event } from '@fusion-kit/domain/event';
import type { Blobs } from '@fusion-kit/domain/ports/blobs';
import type { RunnerCommand } from '@fusion-kit/domain/runner-protocol';
import { World } from '@fusion-kit/domain/world';
import { ArrayJournal } from '@fusion-kit/testing/array-journal';
import { sampleId } from '@fusion-kit/testing/journal-samples';
import { SAMPLE, sampleTaskSpec } from '@fusion-kit/testing/sample-events';
import { expect, it } from 'vitest';
import { Dispatcher } from './dispatcher.ts';
import { Log } from './log.ts';
import { DispatchTokens } from './tokens.ts';
import { Writer } from './writer.ts';

const message: Event = { ...SAMPLE['message.sent'], to: { agentId: sampleId('agt', 1) }, taskId: sampleTaskSpec.id };

const gone = (blob: string) => Promise.reject(new FusionError('blob_unknown', `there is no blob ${blob}`));
const emptied: Blobs = { put: gone, get: gone };

/** A dispatcher that has just been shown an assignment, the log that led there, and what it hands to runners. */
function open() {
  const world = new World();
  const journal = new ArrayJournal();
  const writer = new Writer({ journal, log: new Log(journal, 0), world, clock: () => 1 });
  const sent: RunnerCommand[] = [];
  const said: string[] = [];
  const transport = { send: async (command: RunnerCommand) => void sent.push(command), onReport: () => {} };
  const dispatcher = new Dispatcher({
    world,
    writer,
    journal,
    transport,
    blobs: emptied,
    tokens: new DispatchTokens(),
    random: () => 0,
    log: (line) => said.push(line),
  });
  let seq = 0;
  const happen = (event: Event) => {
    seq += 1;
    world.apply({ seq, at: seq, event });
    dispatcher.prepare([{ seq, at: seq, event }]);
    dispatcher.see([{ seq, at: seq, event }]);
  };
  for (const type of ['project.created', 'run.started', 'task.created', 'agent.spawning', 'agent.ready'] as const)
    happen(SAMPLE[type]);
  sent.length = 0;
  happen(SAMPLE['task.assigned']);
  return { happen, sent, said, types: () => sent.map(({ type }) => type), journal, writer };
}

/** Reading a briefing takes some turns of the event loop. */
async function turns(): Promise<void> {
  for (let turn = 0; turn < 20; turn += 1) await new Promise((resolve) => setImmediate(resolve));
}

it('what is meant for a dispatch never comes before its start, however long its briefing takes', async () => {
  const { happen, sent, types } = open();
  happen(SAMPLE['agent.paused']);
  happen(SAMPLE['agent.continued']);
  happen(SAMPLE['agent.paused']);
  expect(sent).toEqual([]);
  await expect.poll(types).toEqual(['dispatch.start', 'dispatch.pause', 'dispatch.resume', 'dispatch.pause']);
});

it('a dispatch that is over before its briefing is read is never started', async () => {
  const { happen, types } = open();
  happen(SAMPLE['task.cancelled']);
  await turns();
  expect(types()).toEqual([]);
});

it('a message whose text is lost is said to be so, and harms nobody', async () => {
  const { happen, said } = open();
  happen({ ...message, text: { blob: `sha256:${'0'.repeat(64)}`, size: 9_000, preview: 'Mind' } });
  await expect.poll(() => said.join()).toContain('was not delivered: there is no blob');
});

it('a dispatch is started only when all that its briefing saw is durable', async () => {
  const { journal, writer, types } = open();
  journal.hold();
  const said = writer.submit({ type: 'server.record', event: SAMPLE['server.started'] });
  await turns();
  expect(types()).toEqual([]);
  journal.release();
  await said;
  await expect.poll(types).toEqual(['dispatch.start']);
});

it('a dispatch that goes on is told all that was said in the one before, down to what was not durable yet when it was decided', async () => {
  const { happen, sent, journal, writer } = open();
  const { projectId, runId, taskId, agentId, dispatchId } = SAMPLE['task.assigned'];
  const caller = { projectId, runId, taskId, agentId, dispatchId };
  await expect.poll(() => sent.length).toBe(1);
  happen(SAMPLE['task.started']);
  journal.hold();
  const said = writer.submit({ type: 'activity.record', caller, events: [SAMPLE['step.answered']] });
  await turns();
  happen(SAMPLE['task.requeued']);
  happen({ ...SAMPLE['task.assigned'], dispatchId: sampleId('dsp', 9), fence: 2 });
  await turns();
  journal.release();
  await said;
  await expect.poll(() => sent.at(-1)).toMatchObject({ fence: 2, history: [SAMPLE['step.answered']] });
});

it('a cancelled run has its check stopped', () => {
  const { happen, sent } = open();
  happen(SAMPLE['run.cancelled']);
  expect(sent).toEqual([{ type: 'run.stop_check', runId: SAMPLE['run.cancelled'].runId }]);
});
