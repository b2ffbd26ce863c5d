import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { FusionError } from '@fusion-kit/domain/errors';
import { ResourceLimits } from '@fusion-kit/domain/leash';
import { Limits } from '@fusion-kit/domain/schedule-limits';
import type { Reserves } from '@fusion-kit/runner/admission/machine-admission';
import * as z from 'zod';

/**
 * What a person says in `limits.json` of the data directory. `runtime` and `provider`: how many agents of each may be at work at once. `reserve`: what
 * stays free on the machine, in megabytes, and the load for each core from which on nothing more is begun. `agent`: what an agent may use for whom nothing
 * else is said.
 */
const LimitsFile = Limits.extend({
  reserve: z
    .strictObject({
      memoryMb: z.number().min(0).optional(),
      diskMb: z.number().min(0).optional(),
      loadPerCore: z.number().positive().optional(),
    })
    .default({}),
  agent: z.strictObject(ResourceLimits.shape).default({}),
});
export type LimitsFile = z.output<typeof LimitsFile>;

/**
 * The limits of the server of a data directory; without a file there are none. It is read once, when the server starts.
 * @throws {FusionError} `bad_request` naming the file when it is not what it should be
 */
export async function readLimits(dataDir: string): Promise<LimitsFile> {
  const path = join(dataDir, 'limits.json');
  const text = await readFile(path, 'utf8').catch((thrown: NodeJS.ErrnoException) => {
    if (thrown.code === 'ENOENT') return '{}';
    throw new FusionError('data_directory_unusable', `cannot read ${path}: ${thrown.message}`, { cause: thrown });
  });
  const refused = (why: string, cause?: unknown) =>
    new FusionError('bad_request', `${path} is not as it should be: ${why}`, {
      cause,
      remedy:
        'For example: {"runtime": {"codex": 2}, "provider": {"openrouter": 8}, "reserve": {"memoryMb": 1000}, "agent": {"memoryMb": 8000}}.',
    });
  let said: unknown;
  try {
    said = JSON.parse(text);
  } catch (cause) {
    throw refused((cause as Error).message, cause);
  }
  const parsed = LimitsFile.safeParse(said);
  if (parsed.success) return parsed.data;
  throw refused(z.prettifyError(parsed.error));
}

/** The reserves of the file in the units that admission counts in. Pure. */
export const reservesOf = ({ reserve: { memoryMb, diskMb, loadPerCore } }: LimitsFile): Reserves => ({
  memoryBytes: memoryMb === undefined ? undefined : memoryMb * 1e6,
  diskBytes: diskMb === undefined ? undefined : diskMb * 1e6,
  loadPerCore,
});
