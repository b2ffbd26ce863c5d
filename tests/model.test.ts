import { foldedRows, stateHash } from '@fusion-kit/engine/state-hash';
import { TABLES } from '@fusion-kit/domain/row';
import * as fc from 'fast-check';
import { expect, it } from 'vitest';
import { Life } from './model/life.ts';
import { type Plan, plan } from './model/plan.ts';
import type { Town } from './model/town.ts';

const RUNS = Number(process.env['MODEL_RUNS'] ?? 150);

/** The hash of the rows that the journal has kept, and of those that its log leads to. */
async function hashes({ journal }: Town): Promise<{ byRows: string; byLog: string }> {
  async function* rows() {
    for (const table of [...TABLES].toSorted())
      for (const row of await journal.find({ table, limit: 1_000_000 })) yield { table, id: row.id, row };
  }
  async function* log() {
    yield await journal.readAfter(0, 1_000_000);
  }
  return { byRows: await stateHash(rows()), byLog: await stateHash(foldedRows(log())) };
}

async function live(lived: Plan): Promise<void> {
  const life = new Life(lived);
  const { town } = life;
  await life.begin();
  for (const step of lived.steps) await life.step(step);
  await life.untilAllEnds();

  for (const { dispatchId, shownBy } of town.kept) {
    const shown = town.ledger.ofDispatch.get(dispatchId);
    expect(
      shownBy.some((type) => shown?.has(type)),
      `${shownBy.join(' or ')} of ${dispatchId} was acknowledged`,
    ).toBe(true);
  }
  expect(town.keptMessages.filter((id) => !town.ledger.messages.has(id))).toEqual([]);
  const landed = (await town.log()).flatMap(({ event }) =>
    event.type === 'task.completed' && event.landed ? [`${event.runId} ${event.landed.commit}`] : [],
  );
  expect(new Set(landed).size).toBe(landed.length);
  const merged = [...town.merged].flatMap(([run, commits]) => commits.map((commit) => `${run} ${commit}`));
  expect(landed.filter((each) => !merged.includes(each))).toEqual([]);
  const { byRows, byLog } = await hashes(town);
  expect(byLog).toBe(byRows);
}

it(
  `in ${RUNS} random lives with crashes, failed commits, late and repeated reports and two schedulers, every rule of the ledger holds and every run ends`,
  { timeout: 3_600_000 },
  async () => {
    await fc.assert(fc.asyncProperty(plan, live), { numRuns: RUNS });
  },
);
