import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Entry, PROJECTION_VERSION } from '@fusion-kit/domain/entry';
import { EVENT_MAX } from '@fusion-kit/domain/event';
import { checkedEntry } from '@fusion-kit/domain/upcast';
import { describe, expect, it } from 'vitest';
import { foldedRows, stateHash } from './state-hash.ts';

const FOLDER = join(import.meta.dirname, 'frozen');
const RELEASES = readdirSync(FOLDER).flatMap((file) => /^log-(.+)\.jsonl$/.exec(file)?.[1] ?? []);

/** What a whole run of several agents leaves in the log when nothing goes wrong and a person has a hand in it. */
const TYPES_OF_A_RUN = [
  'agent.paused agent.ready agent.resumed agent.spawning agent.terminated budget.reserved',
  'message.acknowledged message.delivered message.sent model.called project.created',
  'run.checking run.completed run.paused run.resumed run.started server.started server.stopped step.answered',
  'task.assigned task.cancelled task.completed task.created task.phase_changed task.proved task.reprioritized task.started',
  'tool.called tool.returned turn.opened turn.told workflow.saved',
].flatMap((line) => line.split(' '));

describe.each(RELEASES)('the log that release %s left', (release) => {
  const lines = readFileSync(join(FOLDER, `log-${release}.jsonl`), 'utf8')
    .trimEnd()
    .split('\n');
  const entries = lines.map((line): Entry => checkedEntry(JSON.parse(line) as Entry));

  it('is read by this release, every entry whole, without a gap', () => {
    expect(entries.map(({ seq }) => seq)).toEqual(lines.map((_, at) => at + 1));
    for (const { event } of entries) expect(JSON.stringify(event).length).toBeLessThanOrEqual(EVENT_MAX);
    expect(entries.map(({ event }) => event.type)).toEqual(expect.arrayContaining(TYPES_OF_A_RUN));
  });

  it('leads to the same state as ever, unless the projection has another version', async () => {
    async function* log() {
      yield entries;
    }
    const known = JSON.parse(readFileSync(join(FOLDER, `log-${release}.state.json`), 'utf8')) as unknown;
    expect({ projectionVersion: PROJECTION_VERSION, stateHash: await stateHash(foldedRows(log())) }).toEqual(known);
  });

  it('holds nothing of the machine it was made on', () => {
    expect(lines.filter((line) => /"\/(?!home\/mia\/)[a-z]+\//.test(line))).toEqual([]);
  });
});
