import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { availableParallelism, loadavg, release, tmpdir, totalmem } from 'node:os';
import { join } from 'node:path';

// Runs the benchmarks one after the other, each in a process of its own: `script/bench`, or `script/bench graphs startup` for some of them.

/** Each with the most that it may take, in seconds, on a machine that has much else to do. */
const BENCHMARKS: Readonly<Record<string, number>> = {
  startup: 120,
  specify: 120,
  spawn: 120,
  'spawn-acp': 180,
  browser: 120,
  idle: 120,
  'loop-delay': 120,
  stealing: 120,
  graphs: 120,
  memory: 120,
  dispatch: 120,
  validation: 120,
  productivity: 240,
  steps: 240,
  restart: 120,
  gateway: 120,
  scale: 600,
};

/** Whether it ended well. It gets a group of processes and a temporary directory of its own, of which nothing is left. */
async function ran(name: string, signal: AbortSignal): Promise<boolean> {
  const limitS = BENCHMARKS[name] ?? 0;
  const temporary = await mkdtemp(join(tmpdir(), 'fusion-kit-benchmark-'));
  const child = spawn(process.execPath, [join(import.meta.dirname, `${name}.ts`)], {
    detached: true,
    stdio: ['ignore', 'inherit', 'inherit'],
    env: { ...process.env, TMPDIR: temporary },
  });
  const exit = once(child, 'exit') as Promise<[number | null]>;
  const end = () => {
    try {
      process.kill(-child.pid!, 'SIGKILL');
    } catch {
      // the whole group has ended by itself
    }
  };
  const limit = setTimeout(() => {
    console.error(`\n${name}: stopped after ${limitS} s`);
    end();
  }, limitS * 1_000);
  signal.addEventListener('abort', end);
  const [code] = await exit;
  clearTimeout(limit);
  signal.removeEventListener('abort', end);
  end();
  await rm(temporary, { recursive: true, force: true, maxRetries: 5 });
  if (code !== 0 && !signal.aborted) console.error(`\n${name}: failed`);
  return code === 0;
}

const asked = process.argv.slice(2);
const unknown = asked.filter((name) => !Object.hasOwn(BENCHMARKS, name));
if (unknown.length > 0) {
  console.error(
    `error: there is no benchmark ${unknown.join(', ')}\n  → There are ${Object.keys(BENCHMARKS).join(', ')}.`,
  );
  process.exit(2);
}

const interrupted = new AbortController();
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => interrupted.abort());

const gigabytes = (totalmem() / 1024 ** 3).toFixed(1);
console.log(
  `${availableParallelism()} cores, ${gigabytes} GB of memory, Node ${process.versions.node}, ${process.platform} ${release()}, load before ${loadavg()[0]?.toFixed(1)}`,
);
console.log(
  'Each line: median [smallest..largest], p95, number of samples. The lines below it are peers, measured in the same run.',
);
const started = performance.now();
let failed = 0;
for (const name of asked.length > 0 ? asked : Object.keys(BENCHMARKS))
  if (!interrupted.signal.aborted && !(await ran(name, interrupted.signal))) failed += 1;
console.log(`\nTook ${((performance.now() - started) / 1_000).toFixed(0)} s; load after ${loadavg()[0]?.toFixed(1)}.`);
process.exitCode = failed > 0 || interrupted.signal.aborted ? 1 : 0;
