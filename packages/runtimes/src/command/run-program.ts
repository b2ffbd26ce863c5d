import { spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import type { Turn } from '@fusion-kit/domain/ports/runtime';
import { boundedText } from '../model-loop/tool-host/bounded-text.ts';
import { killGroup } from '../model-loop/tool-host/kill-group.ts';
import { killMarked } from '../model-loop/tool-host/kill-marked.ts';
import { within } from '../model-loop/tool-host/within.ts';
import type { LaunchedProgram } from '../programs/launched.ts';

/** Set for everything a program starts, so that it can be found where no PID namespace ends it all. */
const MARK = 'FUSION_KIT_COMMAND';
/** What a program may print in all: it is read as it comes, but each piece is work. */
const PRINTED_MAX = 64_000_000;
const COMPLAINTS_MAX = 4_000;
/** How long what it left may hold its output open after its own end. */
const CLOSING_MS = 500;

export interface ProgramRun {
  program: Pick<LaunchedProgram, 'command' | 'env' | 'readable'> & { args: readonly string[] };
  /** What it reads from its standard input. */
  input: string;
  /** Given every piece of its output. */
  onText: (text: string) => void;
}

export interface ProgramEnd {
  /** null when it was killed, or could not be started. */
  exitCode: number | null;
  /** The last it wrote to its standard error, and why it could not be started. */
  complaints: string;
  printedTooMuch: boolean;
}

/** Runs a program in the cage of a turn to its end. When that comes, or `signal` aborts, all that it started is ended with it. */
export async function runProgram(
  turn: Pick<Turn, 'cage' | 'attend' | 'services'>,
  { program: { command, args, env, readable }, input, onText }: ProgramRun,
  signal: AbortSignal,
): Promise<ProgramEnd> {
  const mark = randomUUID();
  const bridge = turn.services?.bridge;
  const line = turn.cage(command, args, { env: { ...env, [MARK]: mark }, readable, ...(bridge && { bridge }) });
  signal.throwIfAborted();
  const child = spawn(line.command, line.args, { cwd: line.cwd, env: line.env, detached: true, stdio: 'pipe' });
  const group = child.pid;
  const kill = () => void (group !== undefined && killGroup(group));
  signal.addEventListener('abort', kill, { once: true });
  const letGo = group === undefined ? undefined : turn.attend?.(group);

  const complaints = boundedText(COMPLAINTS_MAX);
  let printed = 0;
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    printed += text.length;
    if (printed <= PRINTED_MAX) onText(text);
    else kill();
  });
  child.stderr.setEncoding('utf8').on('data', (text: string) => complaints.add(text));
  // Whether it reads what it is told is its own business.
  child.stdin.on('error', () => undefined);
  child.stdin.end(input);

  const exited = new Promise<number | null>((resolve) => {
    child.once('error', (failed) => {
      complaints.add(failed.message);
      resolve(null);
    });
    child.once('exit', (code) => resolve(code));
  }).finally(() => letGo?.()); // its end is seen here
  const closed = new Promise<true>((resolve) => child.once('close', () => resolve(true)));
  try {
    const exitCode = await exited;
    await within(closed, CLOSING_MS);
    signal.throwIfAborted();
    return { exitCode, complaints: complaints.toString().trim(), printedTooMuch: printed > PRINTED_MAX };
  } finally {
    signal.removeEventListener('abort', kill);
    kill();
    await killMarked(MARK, mark);
    child.stdout.destroy();
    child.stderr.destroy();
  }
}
