import { cp, mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Entry } from '@fusion-kit/domain/entry';
import type { RowWrite } from '@fusion-kit/domain/row';
import { upcastEntry } from '@fusion-kit/domain/upcast';
import { World } from '@fusion-kit/domain/world';
import { rebuildRows, wholeLog } from '@fusion-kit/engine/rebuild';
import { foldedRows, stateHash } from '@fusion-kit/engine/state-hash';
import { openFrozenJournal } from '@fusion-kit/journals/sqlite/frozen-journal';
import { type OpenedSqliteJournal, openSqliteJournal } from '@fusion-kit/journals/sqlite/open-sqlite-journal';
import * as fc from 'fast-check';
import { expect, it } from 'vitest';
import { Life } from './model/life.ts';
import { type Plan, plan } from './model/plan.ts';
import { ROOT } from './real-server.ts';

const RUNS = Number(process.env['REPLAY_RUNS'] ?? 8);
const FROZEN = join(ROOT, 'packages/engine/src/frozen');
/** Small, so that a short log has several. */
const SEGMENTS = { segmentEvents: 40, blockEvents: 7 };

/** By itself; rows are behind until somebody reads them or closes the journal. */
const NEVER = 1_000_000;

/** Where the journal is closed and opened again, where its process might die, and where its beginning is archived, in parts of a thousand of the log. */
const breaks = fc.record({
  batches: fc.array(fc.integer({ min: 1, max: 60 }), { minLength: 1, maxLength: 10 }),
  reopen: fc.array(fc.nat(999), { maxLength: 3 }),
  die: fc.array(fc.nat(999), { minLength: 1, maxLength: 3 }),
  archive: fc.array(fc.nat(999), { minLength: 1, maxLength: 3 }),
});
type Breaks = typeof breaks extends fc.Arbitrary<infer Value> ? Value : never;

const hashOfRows = (opened: OpenedSqliteJournal): Promise<string> => {
  async function* rows() {
    for await (const { table, id, body } of opened.stateRows()) yield { table, id, row: JSON.parse(body) as unknown };
  }
  return stateHash(rows());
};
const hashOfLog = (opened: OpenedSqliteJournal): Promise<string> => stateHash(foldedRows(wholeLog(opened.journal)));

/** The hash of what these entries lead to, folded without any journal. */
const hashOf = (entries: readonly Entry[]): Promise<string> => {
  async function* log() {
    yield entries.map(upcastEntry);
  }
  return stateHash(foldedRows(log()));
};

/** The hash of the rows, and of the log, that the next opening would find if the process that has a journal open died now. */
async function leftBehind(directory: string): Promise<string> {
  const left = await mkdtemp(join(tmpdir(), 'fusion-kit-left-'));
  try {
    const kept = (await readdir(directory)).filter((name) => /^(journal\.db(-wal)?|archive)$/.test(name));
    for (const name of kept) await cp(join(directory, name), join(left, name), { recursive: true });
    const frozen = await openFrozenJournal(left);
    await frozen.close();
    expect(frozen.rowsSeq).toBeLessThan(frozen.head);
    const opened = await openSqliteJournal({ directory: left });
    const [byRows, byLog] = [await hashOfRows(opened), await hashOfLog(opened)];
    await opened.journal.close();
    expect(byRows).toBe(byLog);
    return byRows;
  } finally {
    await rm(left, { recursive: true });
  }
}

/** Writes a log as the engine does, batch by batch with its rows; rows and log must lead to the same at every break, and the log must be as it was. */
async function replayed(entries: readonly Entry[], { batches, reopen, die, archive }: Breaks): Promise<void> {
  const directory = await mkdtemp(join(tmpdir(), 'fusion-kit-replay-'));
  const open = () => openSqliteJournal({ directory, segments: SEGMENTS, behindMs: NEVER });
  let opened = await open();
  try {
    const world = new World();
    const due = (parts: readonly number[], from: number, to: number) =>
      parts.some((part) => part * entries.length >= from * 1_000 && part * entries.length < to * 1_000);
    for (let at = 0, turn = 0; at < entries.length; turn += 1) {
      const batch = entries.slice(at, at + batches[turn % batches.length]!);
      const rows: RowWrite[] = batch.flatMap((entry) => world.apply(upcastEntry(entry)));
      await opened.journal.append({ expected: at, entries: batch, rows });
      const next = at + batch.length;
      if (due(archive, at, next)) await opened.journal.archive?.(next);
      if (due(die, at, next)) expect(await leftBehind(directory)).toBe(await hashOf(entries.slice(0, next)));
      if (due(reopen, at, next)) {
        await opened.journal.close();
        opened = await open();
        expect(opened.head).toBe(next);
        expect(await hashOfLog(opened)).toBe(await hashOf(entries.slice(0, next)));
        expect(await hashOfRows(opened)).toBe(await hashOf(entries.slice(0, next)));
      }
      at = next;
    }
    const state = await hashOf(entries);
    expect(await hashOfRows(opened)).toBe(state);
    expect(await hashOfLog(opened)).toBe(state);
    await rebuildRows(opened.journal, opened.replaceRows);
    expect(await hashOfRows(opened)).toBe(state);
    const read: Entry[] = [];
    for await (const some of wholeLog(opened.journal)) read.push(...some);
    expect(read).toEqual(entries.map(upcastEntry));
  } finally {
    await opened.journal.close();
    await rm(directory, { recursive: true });
  }
}

/** What a random life leaves in the log, its crashes and failed commits included. */
async function logOf(lived: Plan): Promise<Entry[]> {
  const life = new Life(lived);
  await life.begin();
  for (const step of lived.steps) await life.step(step);
  return life.town.log();
}

it(
  `the log of ${RUNS} random lives, archived, opened again and left by a death at random places, leads to the rows that were kept`,
  { timeout: 3_600_000 },
  async () => {
    const lives = fc.asyncProperty(plan, breaks, async (lived, at) => replayed(await logOf(lived), at));
    await expect(fc.assert(lives, { numRuns: RUNS })).resolves.toBeUndefined();
  },
);

it('so do the logs that older releases left, archived at random places', { timeout: 600_000 }, async () => {
  const releases = (await readdir(FROZEN)).filter((name) => name.endsWith('.jsonl'));
  expect(releases.length).toBeGreaterThan(0);
  for (const release of releases) {
    const lines = (await readFile(join(FROZEN, release), 'utf8')).trimEnd().split('\n');
    const entries = lines.map((line) => JSON.parse(line) as Entry);
    const known = JSON.parse(await readFile(join(FROZEN, release.replace('.jsonl', '.state.json')), 'utf8')) as {
      stateHash: string;
    };
    expect(await hashOf(entries)).toBe(known.stateHash);
    await fc.assert(
      fc.asyncProperty(breaks, (at) => replayed(entries, at)),
      { numRuns: Math.ceil(RUNS / 4) },
    );
  }
});
