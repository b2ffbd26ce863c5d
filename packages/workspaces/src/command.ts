import { spawn } from 'node:child_process';
import { StringDecoder } from 'node:string_decoder';
import { TEXT_MAX } from '@fusion-kit/domain/expression/values';
import type { CommandLine } from '@fusion-kit/domain/ports/sandbox';
import { endPlace } from './end-place.ts';

/** Longest that a timer may sleep; Node fires a longer one at once. */
const TIMER_MAX_MS = 2_147_483_647;

/** How a command ended. `exitCode` is null when it was killed. */
export interface Ended {
  exitCode: number | null;
  timedOut: boolean;
  durationMs: number;
  stdout: string;
  stderr: string;
  /** Both streams as they came; only the end of what is longer than the bound. */
  output: string;
}

export interface CommandBounds {
  timeoutMs: number;
  outputBytesMax?: number;
  signal?: AbortSignal | undefined;
  /** What it reads from its standard input. */
  input?: string | undefined;
  /** Given every piece of both streams as it comes. */
  show?: ((text: string) => void) | undefined;
  /** Given the process, once it is there; what it returns is called when its end is seen. */
  started?: ((pid: number) => () => void) | undefined;
  /**
   * The place that the command was started for: what of that has left the process group is killed too, at the end of the command as at a bound. For
   * commands that have no PID namespace around them; in one, everything ends with its first process.
   */
  place?: string | undefined;
}

/** With the note of what was left out it is still a text that expressions may take. */
const OUTPUT_BYTES_MAX = TEXT_MAX - 100;

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
 * Runs a command to its end within bounds of time and output. What it leaves in its process group is killed when it ends or a bound is
 * reached (and by the PID namespace of a cage everything in it).
 *
 * @throws the signal's reason when it aborts, and the system's error when the command cannot be started
 */
export async function runCommand(line: CommandLine, bounds: CommandBounds): Promise<Ended> {
  bounds.signal?.throwIfAborted();
  const startedAt = performance.now();
  const child = spawn(line.command, line.args, {
    cwd: line.cwd,
    env: line.env,
    stdio: 'pipe',
    detached: true,
  });
  child.stdin.on('error', () => {}); // it need not read what it is given
  child.stdin.end(bounds.input ?? '');
  const letGo = child.pid === undefined ? undefined : bounds.started?.(child.pid);
  const outputBytesMax = bounds.outputBytesMax ?? OUTPUT_BYTES_MAX;
  const stdout = tail(outputBytesMax);
  const stderr = tail(outputBytesMax);
  const output = tail(outputBytesMax);
  let timedOut = false;

  const killGroup = (): void => {
    if (child.pid === undefined) return;
    try {
      process.kill(-child.pid, 'SIGKILL');
    } catch {
      // It ended by itself just now.
    }
  };
  const kill = (): void => {
    killGroup();
    // What escaped from the group may hold the pipes open for ever.
    child.stdout.destroy();
    child.stderr.destroy();
  };
  /** What is left of a command that has ended would hold its pipes open. */
  let rest: Promise<void> | undefined;
  child.once('exit', () => {
    letGo?.();
    killGroup();
    if (bounds.place !== undefined) rest = endPlace(bounds.place);
  });
  const timer = setTimeout(
    () => {
      timedOut = true;
      kill();
    },
    Math.min(bounds.timeoutMs, TIMER_MAX_MS),
  );
  bounds.signal?.addEventListener('abort', kill, { once: true });

  for (const [stream, kept] of [
    [child.stdout, stdout],
    [child.stderr, stderr],
  ] as const) {
    const decoder = new StringDecoder('utf8');
    stream.on('data', (chunk: Buffer) => {
      kept.add(chunk);
      output.add(chunk);
      bounds.show?.(decoder.write(chunk));
    });
  }
  try {
    const exitCode = await new Promise<number | null>((resolve, reject) => {
      child.once('error', reject);
      child.once('close', resolve);
    });
    await rest;
    bounds.signal?.throwIfAborted();
    const durationMs = performance.now() - startedAt;
    return { exitCode, timedOut, durationMs, stdout: stdout.text(), stderr: stderr.text(), output: output.text() };
  } finally {
    clearTimeout(timer);
    bounds.signal?.removeEventListener('abort', kill);
  }
}
