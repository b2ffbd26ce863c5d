import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { Task } from '@fusion-kit/domain/task';
import { expect, onTestFinished, test } from 'vitest';
import { openFrozenJournal } from './frozen-journal.ts';
import { openSqliteJournal } from './open-sqlite-journal.ts';

/** Appends 20 events at a time with the row they lead to, until it cannot. */
const PROGRAM = `
  import { writeSync } from 'node:fs';
  import { World } from '@fusion-kit/domain/world';
  import { SAMPLE } from '@fusion-kit/testing/sample-events';
  import { openSqliteJournal } from ${JSON.stringify(new URL('open-sqlite-journal.ts', import.meta.url).href)};

  const { journal, head } = await openSqliteJournal({ directory: process.argv[1], behindMs: 1_000_000 });
  const world = new World();
  for (const row of await journal.find({ table: 'tasks', limit: 1 })) world.admit({ table: 'tasks', id: row.id, row });
  const eventOf = (seq) =>
    seq === 1 ? SAMPLE['task.created'] : { ...SAMPLE['task.reprioritized'], priority: seq % 10 };
  for (let expected = head; ; expected += 20) {
    const seqs = Array.from({ length: 20 }, (_, at) => expected + 1 + at);
    const entries = seqs.map((seq) => ({ seq, at: seq, event: eventOf(seq) }));
    try {
      await journal.append({ expected, entries, rows: entries.flatMap((entry) => world.apply(entry)) });
    } catch (refused) {
      writeSync(1, refused.code + '\\n');
      process.exit(1);
    }
    writeSync(1, expected + 20 + '\\n');
  }`;

interface Appending {
  child: ChildProcess;
  /** What it says, line by line: the number of each acknowledged event, or how an append failed. */
  lines: AsyncIterableIterator<string>;
}

/** A process that appends without end. @param fileBlocks largest file it may write, in blocks of 512 bytes */
function appendInAnotherProcess(directory: string, fileBlocks = 'unlimited'): Appending {
  const command = `ulimit -f ${fileBlocks} && exec "$@"`;
  const program = [
    process.execPath,
    '--conditions=fusion-kit-source',
    '--input-type=module',
    '--eval',
    PROGRAM,
    directory,
  ];
  const child = spawn('sh', ['-c', command, 'sh', ...program], { stdio: ['ignore', 'pipe', 'inherit'] });
  onTestFinished(() => void child.kill('SIGKILL'));
  return { child, lines: createInterface({ input: child.stdout })[Symbol.asyncIterator]() };
}

function temporaryDirectory(): string {
  const directory = mkdtempSync(join(tmpdir(), 'fusion-journal-'));
  onTestFinished(() => rmSync(directory, { recursive: true }));
  return directory;
}

/** The event as of which the rows are that a dead process left. */
async function rowsAsOf(directory: string): Promise<number> {
  const frozen = await openFrozenJournal(directory);
  await frozen.close();
  return frozen.rowsSeq;
}

/** Opens what a dead process left; its events have no gap, and its rows are what they lead to. */
async function inspectLeftovers(directory: string): Promise<number> {
  const { journal, head } = await openSqliteJournal({ directory });
  try {
    const seqs = (await journal.readAfter(0, 1_000_000)).map(({ seq }) => seq);
    expect(seqs).toEqual(Array.from({ length: head }, (_, at) => at + 1));
    const [task] = (await journal.find({ table: 'tasks', limit: 1 })) as [Task];
    expect(task.priority).toBe(head % 10);
    return head;
  } finally {
    await journal.close();
  }
}

test('after kill -9 in the midst of appends, all that was acknowledged is there, whole, and the lock is gone', async () => {
  const directory = temporaryDirectory();
  let kept = 0;
  for (const lifetime of [1, 40, 150]) {
    const { child, lines } = appendInAnotherProcess(directory);
    const died = once(child, 'exit');
    let acknowledged = kept;
    let count = 0;
    for await (const line of lines) {
      acknowledged = Number(line);
      count += 1;
      if (count === lifetime) child.kill('SIGKILL');
    }
    expect(await died).toEqual([null, 'SIGKILL']);
    expect(acknowledged).toBeGreaterThan(kept);
    if (kept === 0) expect(await rowsAsOf(directory)).toBe(0); // what it leaves behind is folded by whoever opens it
    kept = await inspectLeftovers(directory);
    expect(kept).toBeGreaterThanOrEqual(acknowledged);
  }
});

test('when the disk takes no more, the writer is told, and what was acknowledged before is there', async () => {
  const directory = temporaryDirectory();
  const { child, lines } = appendInAnotherProcess(directory, '2000');
  const died = once(child, 'exit');
  const said: string[] = [];
  for await (const line of lines) said.push(line);
  expect(await died).toEqual([1, null]);
  expect(said.at(-1)).toBe('journal_failed');
  expect(said.length).toBeGreaterThan(5);
  expect(await inspectLeftovers(directory)).toBe(Number(said.at(-2)));
});
