import type { FusionError } from '@fusion-kit/domain/errors';
import type { ResourceLimits } from '@fusion-kit/domain/leash';
import type { Leash } from '@fusion-kit/domain/ports/workspaces';
import type { CagePlan } from './cage.ts';
import type { HeldLeash, Leashes } from './sandbox/limits/leashes.ts';

interface Holding {
  leashes: Leashes;
  /** What counts as files of whom it is about. */
  directory: string;
  limits?: ResourceLimits | undefined;
  exceeded?: (failure: FusionError) => void;
  /** Makes room where the files have outgrown their limit, once nothing runs there. */
  makeRoom?: (held: HeldLeash) => Promise<void>;
}

/** Has everything that a plan starts from now on held to limits. What it would start after the release is not started. */
export async function hold(plan: CagePlan, { leashes, directory, limits, exceeded, makeRoom }: Holding) {
  const held = await leashes.open(directory, limits, exceeded);
  plan.leash = held;
  let released: Promise<void> | undefined;
  async function letGo(): Promise<void> {
    await held.release();
    if (held.outgrown) await makeRoom?.(held);
  }
  return {
    usage: () => held.usage(),
    check: () => held.check(),
    explain: (error) => held.explain(error),
    release: () => (released ??= letGo()),
    told: () => held.told(),
  } satisfies Leash & Pick<HeldLeash, 'told'>;
}

/** Does something with a plan whose processes are held to the limits that all have. */
export async function whileHeld<Result>(
  plan: CagePlan,
  holding: Pick<Holding, 'directory'> & { leashes: Leashes | undefined },
  act: () => Promise<Result>,
): Promise<Result> {
  const { leashes, directory } = holding;
  if (!leashes) return await act();
  const leash = await hold(plan, { leashes, directory });
  try {
    return await act();
  } finally {
    await leash.release();
  }
}
