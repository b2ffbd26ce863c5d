import type { Command } from '@fusion-kit/domain/command';
import type { JournalFaults } from '@fusion-kit/domain/ports/journal';
import { World } from '@fusion-kit/domain/world';
import { ArrayJournal } from '@fusion-kit/testing/array-journal';
import { sampleId } from '@fusion-kit/testing/journal-samples';
import { sampleAgentSpec, sampleRunSpec, sampleTaskSpec } from '@fusion-kit/testing/sample-events';
import { describe, expect, it } from 'vitest';
import { loadActive } from './load.ts';
import { Log } from './log.ts';
import { Writer } from './writer.ts';

const projectId = sampleId('prj', 1);
const project: Command = { type: 'project.create', projectId, name: 'shop', path: '/shop', kind: 'git', budget: {} };
const spawn = (n: number): Command => ({
  type: 'agent.spawn',
  agentId: sampleId('agt', n),
  projectId,
  spec: { ...sampleAgentSpec, name: `agent-${n}` },
});
const unknown: Command = { type: 'agent.pause', agentId: sampleId('agt', 99) };

function open(faults?: JournalFaults) {
  const journal = new ArrayJournal(faults);
  const world = new World();
  const log = new Log(journal, 0);
  const writer = new Writer({ journal, log, world, clock: () => 1 });
  return { journal, world, log, writer };
}

/** Whether a promise has been settled once everything that can run has run. */
async function told(promise: Promise<unknown>): Promise<boolean> {
  let settled = false;
  promise.then(
    () => (settled = true),
    () => (settled = true),
  );
  for (let turn = 0; turn < 10; turn += 1) await new Promise((resolve) => setImmediate(resolve));
  return settled;
}

describe('nothing is told before the commit of the batch it saw', () => {
  it('a reply waits for its own commit', async () => {
    const { journal, writer } = open();
    journal.hold();
    const reply = writer.submit(project);
    expect(await told(reply)).toBe(false);
    journal.release();
    expect(await reply).toMatchObject({ seq: 1, repeated: false });
  });

  it('a refusal waits for the commit of what it saw', async () => {
    const { journal, writer } = open();
    journal.hold();
    const first = writer.submit(project);
    const refusal = writer.submit(project);
    expect(await told(refusal)).toBe(false);
    journal.release();
    await first;
    await expect(refusal).rejects.toMatchObject({ code: 'project_exists' });
  });

  it('a refusal in a batch of its own waits for the batches before it', async () => {
    const { journal, writer } = open();
    journal.hold();
    const first = writer.submit(project);
    await told(first);
    const refusal = writer.submit(unknown);
    expect(await told(refusal)).toBe(false);
    journal.release();
    await first;
    await expect(refusal).rejects.toMatchObject({ code: 'agent_unknown' });
  });

  it('a read waits for the commit of what it saw', async () => {
    const { journal, writer } = open();
    journal.hold();
    const reply = writer.submit(project);
    await told(reply);
    const read = writer.read((world) => world.count('projects'));
    expect(await told(read)).toBe(false);
    journal.release();
    expect(await read).toBe(1);
  });

  it('followers see an entry only when it is durable', async () => {
    const { journal, writer, log } = open();
    const stop = new AbortController();
    const seen = log.follow(0, stop.signal).next();
    journal.hold();
    const reply = writer.submit(project);
    expect(await told(seen)).toBe(false);
    journal.release();
    await reply;
    expect((await seen).value).toMatchObject([{ seq: 1 }]);
    stop.abort();
  });
});

describe('a failed commit', () => {
  it('tells nobody anything, stops the writer and leaves nothing in the log', async () => {
    const { journal, writer } = open({ failCommitAt: 2 });
    await writer.submit(project);
    const lost = [writer.submit(spawn(1)), writer.submit(spawn(2)), writer.submit(unknown)];
    for (const each of lost) await expect(each).rejects.toMatchObject({ code: 'journal_failed' });
    await expect(writer.failed).rejects.toMatchObject({ code: 'journal_failed' });
    await expect(writer.submit(spawn(3))).rejects.toMatchObject({ code: 'journal_failed' });
    await expect(writer.read(() => 1)).rejects.toMatchObject({ code: 'journal_failed' });
    expect(await journal.readAfter(0, 10)).toHaveLength(1);
  });

  it('is no worse than a journal that fails by itself', async () => {
    let fail: (error: Error) => void = () => {};
    const failed = new Promise<never>((_resolve, reject) => (fail = reject));
    const journal = Object.assign(new ArrayJournal(), { failed });
    const writer = new Writer({ journal, log: new Log(journal, 0), world: new World(), clock: () => 1 });
    await writer.submit(project);
    fail(new Error('the disk is full'));
    await expect(writer.failed).rejects.toMatchObject({ code: 'journal_failed' });
    await expect(writer.submit(spawn(1))).rejects.toThrow('the disk is full');
  });

  it('rejects a read that saw what could not be kept', async () => {
    const { journal, writer } = open({ failCommitAt: 1 });
    journal.hold();
    const lost = writer.submit(project);
    await told(lost);
    const read = writer.read((world) => world.count('projects'));
    journal.release();
    await expect(lost).rejects.toMatchObject({ code: 'journal_failed' });
    await expect(read).rejects.toMatchObject({ code: 'journal_failed' });
  });
});

describe('whoever looks ahead', () => {
  it('has what they submit at once committed with what they saw', async () => {
    const { journal, writer } = open();
    writer.ahead((entries) => {
      if (entries.some(({ event }) => event.type === 'project.created')) void writer.submit(spawn(1));
    });
    await writer.submit(project);
    expect(journal.appends).toBe(1);
    expect(await journal.readAfter(0, 9)).toHaveLength(2);
  });

  it('leaves nobody waiting when they fail', async () => {
    const { writer } = open();
    writer.ahead(() => {
      throw new Error('lost the way');
    });
    await expect(writer.submit(project)).rejects.toMatchObject({ code: 'journal_failed' });
    await expect(writer.failed).rejects.toThrow('lost the way');
  });
});

it('what is read while entries are handed over waits for their commit, and for none after it', async () => {
  const { journal, writer } = open();
  const reads: Promise<number>[] = [];
  writer.handedOver(() => reads.push(writer.read((world) => world.count('agents'))));
  await writer.submit(project);
  journal.hold();
  const first = writer.submit(spawn(1));
  await told(first);
  const read = reads[1]!;
  expect(await told(read)).toBe(false);
  journal.release();
  await first;
  journal.hold();
  const second = writer.submit(spawn(2));
  expect(await told(second)).toBe(false);
  expect(await read).toBe(1);
  journal.release();
  await second;
});

it('commands that arrive together are committed together', async () => {
  const { journal, writer } = open();
  await writer.submit(project);
  const before = journal.appends;
  await Promise.all(Array.from({ length: 100 }, (_, n) => writer.submit(spawn(n + 1))));
  expect(journal.appends - before).toBeLessThan(10);
});

describe('an idempotency key', () => {
  const idempotency = { key: 'k1', digest: 'd1' };

  it('gives the first reply again, in the same batch, later, and from the journal', async () => {
    const { writer, world } = open();
    const [first, second] = await Promise.all([
      writer.submit(project, idempotency, 'prj'),
      writer.submit(project, idempotency, 'other'),
    ]);
    expect(first).toEqual({ seq: 1, reply: 'prj', repeated: false });
    expect(second).toEqual({ seq: 1, reply: 'prj', repeated: true });
    expect(world.count('keys')).toBe(0); // it has left memory
    expect(await writer.submit(project, idempotency, 'third')).toEqual({ seq: 1, reply: 'prj', repeated: true });
  });

  it('is refused for another request', async () => {
    const { writer } = open();
    await writer.submit(project, idempotency);
    await expect(writer.submit(spawn(1), { ...idempotency, digest: 'd2' })).rejects.toMatchObject({
      code: 'idempotency_conflict',
    });
  });
});

describe('what has ended', () => {
  const runId = sampleRunSpec.id;
  const taskId = sampleTaskSpec.id;
  const ended = async () => {
    const opened = open();
    const { base: _base, ...spec } = sampleRunSpec;
    await opened.writer.submit(project);
    await opened.writer.submit({ type: 'run.start', spec, tasks: [sampleTaskSpec], agents: [] });
    await opened.writer.submit({ type: 'run.cancel', runId, reason: 'enough' });
    await opened.writer.settled();
    return opened;
  };

  it('leaves memory after its commit', async () => {
    const { world } = await ended();
    expect([world.count('runs'), world.count('tasks')]).toEqual([0, 0]);
  });

  it('is read in when a command names it, decided on as it is, and left out again', async () => {
    const { writer, world } = await ended();
    await expect(writer.submit({ type: 'run.resume', runId })).rejects.toThrow('is cancelled');
    expect(await writer.submit({ type: 'task.cancel', taskId, reason: 'again' })).toMatchObject({ seq: 5 });
    await writer.settled();
    expect([world.count('runs'), world.count('tasks')]).toEqual([0, 0]);
  });

  it('is not loaded at the next start', async () => {
    const { journal } = await ended();
    const world = new World();
    await loadActive(journal, world);
    expect([world.count('projects'), world.count('runs'), world.count('tasks')]).toEqual([1, 0, 0]);
  });
});

it('refuses an event that would be too large, and goes on', async () => {
  const { writer } = open();
  await writer.submit(project);
  const start: Command = {
    type: 'run.start',
    spec: { ...sampleRunSpec, inputs: { goal: 'x'.repeat(16_000) } },
    tasks: [],
    agents: [],
  };
  await expect(writer.submit(start)).rejects.toMatchObject({ code: 'bad_request' });
  expect(await writer.submit(spawn(1))).toMatchObject({ seq: 2 });
});

it('a follower sees every entry once, in order, from memory or from the journal', async () => {
  const note: Command = { type: 'server.record', event: { type: 'server.stopped', v: 1, reason: 'a long log' } };
  const { writer, log } = open();
  await writer.submit(project);
  const stop = new AbortController();
  const seen: number[] = [];
  const following = (async () => {
    for await (const entries of log.follow(0, stop.signal)) {
      seen.push(...entries.map((entry) => entry.seq));
      if (seen.length >= 12_001) stop.abort();
    }
  })();
  for (let n = 0; n < 12_000; n += 1_000) await Promise.all(Array.from({ length: 1_000 }, () => writer.submit(note)));
  await following;
  expect(seen).toEqual(Array.from({ length: 12_001 }, (_, at) => at + 1));
  const again = log.follow(0, new AbortController().signal); // the beginning has left memory long ago
  expect((await again.next()).value?.[0]).toMatchObject({ seq: 1 });
  await again.return(undefined);
});
