/*
 * Random lives of runs on the real writer, world, recovery and cold storage, watched by a ledger that shares no rule with them (tests/model/ledger.ts).
 *
 * That it can fail was tried: each of these changes, alone, was found within 700 lives, most within 20.
 * Reports: counted whatever dispatch they are of; taken after the result was accepted; a landing taken twice; a lost runner takes proved work along.
 * Assignment: blind to needs, to the agent's state, to an unasked condition, to the wait before an attempt, to the run's limit, to a paused run.
 * Ends: dependents that can no longer start are left; what runs inside goes on; a run is not concluded; failures do not fail a run; a task is closed over open
 * ones; a cancelled run cancels what lands; attempts are not counted.
 * House, agents, money: the house starts without needs; a terminated agent takes its work along; a budget forgets what is held.
 * Memory and disk: heldTasks never counted down; openChildren counts one item; answers before the commit; recovery leaves open dispatches; runs leave
 * memory with tasks that land; a start does not load what lands of a cancelled run; the fold leaves landings out of runs.
 */
import { foldedRows, stateHash } from '@fusion-kit/engine/state-hash';
import { TABLES } from '@fusion-kit/domain/row';
import * as fc from 'fast-check';
import { expect, it } from 'vitest';
import { Life } from './model/life.ts';
import { type Plan, plan, type Step } from './model/plan.ts';
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
  expect(town.ledger.open()).toEqual([]);
  const landed = (await town.log()).flatMap(({ event }) =>
    event.type === 'task.completed' && event.landed ? [`${event.runId} ${event.landed.commit}`] : [],
  );
  expect(new Set(landed).size).toBe(landed.length);
  const merged = [...town.merged].flatMap(([run, commits]) => commits.map((commit) => `${run} ${commit}`));
  expect(landed.filter((each) => !merged.includes(each))).toEqual([]);
  for (const run of await town.journal.find({ table: 'runs', limit: 1_000 })) {
    const last = landed.findLast((each) => each.startsWith(run.id));
    expect(run.head).toBe(last?.slice(run.id.length + 1));
  }
  const { byRows, byLog } = await hashes(town);
  expect(byLog).toBe(byRows);
}

const act = (name: Step['act'], b = 0): Step => ({ act: name, a: 0, b });
const AGENT: Plan['nodes'][number] = { kind: 'agent', needs: [], when: false, retries: 0, picky: false };
const PLAIN: Plan = {
  nodes: [AGENT],
  agents: 1,
  concurrency: undefined,
  tokens: undefined,
  check: false,
  failing: 0,
  steps: [],
};
/** Lives that once went wrong. What landed inside a task that was skipped meanwhile met a conflict, and was given out again. */
const LANDING_INSIDE_WHAT_ENDED: Plan = {
  ...PLAIN,
  nodes: [{ ...AGENT, kind: 'subworkflow' }],
  steps: [
    act('house', 151),
    act('race'),
    act('attend'),
    act('attend'),
    act('attend', 190),
    act('skipTask'),
    act('conflict'),
  ],
};
/** An agent that was paused with work in its hands failed, and nobody took the work from it. */
const FAILED_WHILE_PAUSED: Plan = {
  ...PLAIN,
  steps: [act('race'), act('pauseAgent'), act('breakAgent'), act('terminate')],
};

it(
  `in ${RUNS} random lives with crashes, failed commits, late and repeated reports and two schedulers, every rule of the ledger holds and every run ends`,
  { timeout: 3_600_000 },
  async () => {
    await fc.assert(fc.asyncProperty(plan, live), {
      numRuns: RUNS,
      examples: [[LANDING_INSIDE_WHAT_ENDED], [FAILED_WHILE_PAUSED]],
    });
  },
);
