import { setTimeout as wait } from 'node:timers/promises';

/** Whether a process of this number exists. That it is ours is another question. */
export function processLives(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

/** Looks every `everyMs` until `look` finds something; undefined when nothing was found within `withinMs`. */
export async function lookUntil<T>(
  look: () => Promise<T | undefined> | T | undefined,
  { everyMs, withinMs }: { everyMs: number; withinMs: number },
): Promise<T | undefined> {
  const end = performance.now() + withinMs;
  for (;;) {
    const found = await look();
    if (found !== undefined || performance.now() > end) return found;
    await wait(everyMs);
  }
}

/** Whether the process ended within the time. */
export const processEnds = async (pid: number, withinMs: number): Promise<boolean> =>
  (await lookUntil(() => (processLives(pid) ? undefined : true), { everyMs: 25, withinMs })) ?? false;
