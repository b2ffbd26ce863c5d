import { realpath } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as after } from 'node:timers/promises';
import { listProcesses, type RunningProcess } from './processes.ts';

/** A process of an agent, or of a check, whose server is gone. */
export interface Leftover {
  pid: number;
  /** The HOME it was given, which names the agent. */
  place: string;
}

export interface EndedLeftovers {
  /** `asked`: it ended when it was asked to; `killed`: it had to be; `alive`: it is still there. */
  ended: (Leftover & { how: 'asked' | 'killed' | 'alive' })[];
  /** False where the system does not tell which processes there are: nothing is known then, and nothing was ended. */
  known: boolean;
}

const GRACE_MS = 2_000;
/** Also for what a process starts while it is being ended. */
const GIVEN_UP_MS = 8_000;
const LOOK_EVERY_MS = 40;

/** Follows parents up from a process; it is the last of them. */
function ancestors(processes: ReadonlyMap<number, RunningProcess>, pid: number): Set<number> {
  const found = new Set<number>();
  for (let at = pid; at > 0 && !found.has(at); at = processes.get(at)?.parent ?? 0) found.add(at);
  return found;
}

/**
 * What was started for agents of a data directory: processes that carry its mark, what they started, and what is in a process group that one of
 * them leads. Never this process, what it was started by, and what it started. Pure.
 * @param roots names of the data directory
 * @param self number of this process
 */
export function leftoversAmong(
  processes: readonly RunningProcess[],
  roots: readonly string[],
  self: number,
): (RunningProcess & Leftover)[] {
  const byPid = new Map(processes.map((each) => [each.pid, each]));
  const above = ancestors(byPid, self);
  const within = roots.map((root) => join(root, '/'));
  const marked = (pid: number): string | undefined => {
    const place = byPid.get(pid)?.place;
    return place !== undefined && within.some((root) => place.startsWith(root)) ? place : undefined;
  };
  return processes.flatMap((each) => {
    const line = ancestors(byPid, each.pid);
    if (line.has(self) || above.has(each.pid)) return [];
    const place = [...line, each.group].map(marked).find((found) => found !== undefined);
    return place === undefined ? [] : [{ ...each, place }];
  });
}

/**
 * The leftovers of a data directory; undefined where the system does not tell. Meaningful while no server runs on it: those of a server that runs
 * are its agents.
 */
export async function findLeftovers(root: string): Promise<(RunningProcess & Leftover)[] | undefined> {
  const processes = await listProcesses();
  const real = await realpath(root).catch(() => root);
  return processes && leftoversAmong(processes, [root, real], process.pid);
}

/**
 * Ends them: each is asked once (SIGTERM), and killed when it is still there after the grace. Called by who holds the data directory, before anything of
 * its own is started.
 */
export async function endLeftovers(root: string, graceMs = GRACE_MS): Promise<EndedLeftovers> {
  const begun = performance.now();
  const told = new Map<string, EndedLeftovers['ended'][number]>();
  for (;;) {
    const found = await findLeftovers(root);
    if (!found) return { ended: [], known: false };
    const waited = performance.now() - begun;
    const alive = new Set(found.map(({ pid, start }) => `${pid} ${start}`));
    const over = found.length === 0 || waited > GIVEN_UP_MS;
    if (over)
      return { ended: [...told].map(([key, one]) => (alive.has(key) ? { ...one, how: 'alive' } : one)), known: true };
    for (const { pid, start, place } of found) {
      const key = `${pid} ${start}`;
      if (waited > graceMs) tell(pid, 'SIGKILL');
      else if (!told.has(key)) tell(pid, 'SIGTERM');
      told.set(key, { pid, place, how: waited > graceMs ? 'killed' : 'asked' });
    }
    await after(LOOK_EVERY_MS);
  }
}

function tell(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal);
  } catch {
    // It has ended by itself, or may not be told; then it is found alive again.
  }
}
