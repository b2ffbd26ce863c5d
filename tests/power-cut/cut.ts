import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Acknowledged } from './acknowledged.ts';
import { LEFT } from './disk.ts';
import type { Recording } from './record.ts';
import { Replay } from './replay.ts';
import { readTrace } from './trace.ts';
import { verdict } from './verdict.ts';

/** What a cut leaves is looked at once and thrown away, so it need not lie on a disk. */
const MEMORY = '/dev/shm';

export interface Cuts {
  cuts: number;
  /** Facts looked for, over all cuts. */
  facts: number;
  /** What was wrong, by what it says without its numbers: how often, and once in full. */
  wrong: Map<string, { times: number; example: string }>;
}

/** Cuts the power at so many places of a recording, some of them just behind what was answered last, and looks at what each leaves. */
export async function cutPower({ root, trace }: Recording, cuts: number, random: () => number): Promise<Cuts> {
  const whole = new Replay(root);
  for await (const moment of readTrace(trace)) whole.see(moment);
  const places = Array.from({ length: cuts }, () => Math.floor(random() * whole.steps)).toSorted((a, b) => a - b);
  const found: Cuts = { cuts, facts: 0, wrong: new Map() };
  const replay = new Replay(root);
  for await (const moment of readTrace(trace)) {
    for (; places[0] !== undefined && places[0] <= replay.steps; places.shift()) {
      const image = await mkdtemp(join(existsSync(MEMORY) ? MEMORY : tmpdir(), 'fusion-kit-cut-'));
      replay.disk.leave(image, LEFT[Math.floor(random() * LEFT.length)] ?? 'nothing', random);
      const acknowledged = replay.said.map((line) => JSON.parse(line) as Acknowledged);
      found.facts += acknowledged.length;
      for (const what of await verdict(join(image, 'home'), acknowledged)) {
        const sort = what.replaceAll(/\d+|[a-z]+_[0-9A-Z]{26}|[0-9a-f]{64}/g, '…').slice(0, 60);
        const known = found.wrong.get(sort);
        found.wrong.set(sort, {
          times: (known?.times ?? 0) + 1,
          example: known?.example ?? `cut ${replay.steps}: ${what}`,
        });
      }
      await rm(image, { recursive: true });
    }
    replay.see(moment);
  }
  return found;
}
