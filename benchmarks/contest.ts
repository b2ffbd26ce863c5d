import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import type { Order, Told, Took } from './contender.ts';
import type { Service } from './services.ts';
import type { Shape } from './shapes.ts';

/** A contender of a contest, and what it needs to run. */
export interface Entrant {
  name: string;
  /** Its module, beside this one; it answers to `contend`. */
  module: string;
  service?: () => Promise<Service>;
}

/** An entrant at work in a process of its own, with a service of its own. */
export interface Contestant {
  durability: string;
  /** What a graph took. @throws what it failed with, or that it took longer than `boundMs`, after which it is gone */
  time(shape: Shape, boundMs: number): Promise<Took>;
  close(): Promise<void>;
}

const START_MS = 30_000;
const CLOSE_MS = 5_000;
const SAID_MAX = 4_000;

/** @throws what is missing and how to install it, or what the process ended with */
export async function enter({ name, module, service }: Entrant): Promise<Contestant> {
  const served = await service?.();
  const child = fork(join(import.meta.dirname, module), { silent: true, env: { ...process.env, ...served?.env } });
  const gone = once(child, 'exit');
  let said = '';
  child.stdout?.resume();
  child.stderr?.on('data', (chunk: Buffer) => (said = (said + chunk.toString()).slice(-SAID_MAX)));

  async function told(boundMs: number): Promise<Told> {
    const limit = new AbortController();
    const timer = setTimeout(() => limit.abort(), boundMs);
    try {
      const next = await Promise.race([
        once(child, 'message', { signal: limit.signal }) as Promise<[Told]>,
        gone.then(() => [{ failed: /^\w*Error.*$/m.exec(said)?.[0] ?? `it ended: ${said}` }] as const),
      ]);
      if ('failed' in next[0]) throw new Error(`${name} failed: ${next[0].failed}`);
      return next[0];
    } catch (thrown) {
      child.kill('SIGKILL');
      throw limit.signal.aborted ? new Error(`more than ${boundMs / 1_000} s`) : thrown;
    } finally {
      clearTimeout(timer);
    }
  }

  const close = async () => {
    await leave(child, gone);
    await served?.stop();
  };
  try {
    const first = await told(START_MS);
    return {
      durability: 'durability' in first ? first.durability : '',
      async time(shape, boundMs) {
        child.send({ do: 'run', shape } satisfies Order);
        const end = await told(boundMs);
        if (!('took' in end)) throw new Error(`${name} told something else than what a graph took`);
        return end.took;
      },
      close,
    };
  } catch (thrown) {
    await close();
    throw thrown;
  }
}

async function leave(child: ChildProcess, gone: Promise<unknown>): Promise<void> {
  const timer = setTimeout(() => child.kill('SIGKILL'), CLOSE_MS);
  if (child.connected) child.send({ do: 'close' } satisfies Order);
  await gone;
  clearTimeout(timer);
}
