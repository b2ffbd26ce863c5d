import { spawn } from 'node:child_process';
import type { CommandLine } from '@fusion-kit/domain/ports/sandbox';

/** Longest that a timer may sleep; Node fires a longer one at once. */
const TIMER_MAX_MS = 2_147_483_647;

/** How a command ended. `exitCode` is null when it was killed. */
export interface Ended {
  exitCode: number | null;
  timedOut: boolean;
  durationMs: number;
  stdout: string;
  /** Both streams as they came; only the end of what is longer than the bound. */
  output: string;
}

export interface CommandBounds {
  timeoutMs: number;
  outputBytesMax?: number;
  signal?: AbortSignal | undefined;
}

const OUTPUT_BYTES_MAX = 1_000_000;

/** Keeps the end of what is written to it: the last lines say why something failed. */
function tail(bytesMax: number) {
  let chunks: Buffer[] = [];
  let kept = 0;
  let seen = 0;
  return {
    add(chunk: Buffer): void {
      chunks.push(chunk);
      kept += chunk.length;
      seen += chunk.length;
      if (kept < bytesMax * 2) return;
      chunks = [Buffer.concat(chunks).subarray(-bytesMax)];
      kept = bytesMax;
    },
    text(): string {
      const end = Buffer.concat(chunks).subarray(-bytesMax).toString('utf8');
      return seen > bytesMax ? `[${seen - bytesMax} bytes left out]\n${end}` : end;
    },
  };
}

/**
 * Runs a command to its end within bounds of time and output. A bound that is reached kills its whole process group
 * (and by the PID namespace of a cage everything in it).
 *
 * @throws the signal's reason when it aborts, and the system's error when the command cannot be started
 */
export async function runCommand(line: CommandLine, bounds: CommandBounds): Promise<Ended> {
  bounds.signal?.throwIfAborted();
  const startedAt = performance.now();
  const child = spawn(line.command, line.args, {
    cwd: line.cwd,
    env: line.env,
    stdio: ['ignore', 'pipe', 'pipe'],
    detached: true,
  });
  const outputBytesMax = bounds.outputBytesMax ?? OUTPUT_BYTES_MAX;
  const stdout = tail(outputBytesMax);
  const output = tail(outputBytesMax);
  let timedOut = false;

  const kill = (): void => {
    if (child.pid === undefined) return;
    try {
      process.kill(-child.pid, 'SIGKILL');
    } catch {
      // It ended by itself just now.
    }
    // What escaped from the group may hold the pipes open for ever.
    child.stdout.destroy();
    child.stderr.destroy();
  };
  const timer = setTimeout(
    () => {
      timedOut = true;
      kill();
    },
    Math.min(bounds.timeoutMs, TIMER_MAX_MS),
  );
  bounds.signal?.addEventListener('abort', kill, { once: true });

  child.stdout.on('data', (chunk: Buffer) => {
    stdout.add(chunk);
    output.add(chunk);
  });
  child.stderr.on('data', (chunk: Buffer) => output.add(chunk));
  try {
    const exitCode = await new Promise<number | null>((resolve, reject) => {
      child.once('error', reject);
      child.once('close', resolve);
    });
    bounds.signal?.throwIfAborted();
    const durationMs = performance.now() - startedAt;
    return { exitCode, timedOut, durationMs, stdout: stdout.text(), output: output.text() };
  } finally {
    clearTimeout(timer);
    bounds.signal?.removeEventListener('abort', kill);
  }
}
