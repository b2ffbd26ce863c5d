import type { Turn } from '@fusion-kit/domain/ports/runtime';
import { startCaged } from '../caged-process.ts';
import { within } from '../model-loop/tool-host/within.ts';
import type { LaunchedProgram } from '../programs/launched.ts';

/** What a program may print in all: it is read as it comes, but each piece is work. */
const PRINTED_MAX = 64_000_000;
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
  { program, input, onText }: ProgramRun,
  signal: AbortSignal,
): Promise<ProgramEnd> {
  signal.throwIfAborted();
  const caged = startCaged(turn, { ...program, bridge: turn.services?.bridge });
  signal.addEventListener('abort', caged.kill, { once: true });
  let printed = 0;
  caged.stdout.setEncoding('utf8').on('data', (text: string) => {
    printed += text.length;
    if (printed <= PRINTED_MAX) onText(text);
    else caged.kill();
  });
  caged.stdin.end(input);
  try {
    const { code } = await caged.ended;
    await within(caged.closed, CLOSING_MS);
    signal.throwIfAborted();
    return { exitCode: code, complaints: caged.complaints(), printedTooMuch: printed > PRINTED_MAX };
  } finally {
    signal.removeEventListener('abort', caged.kill);
    await caged.stop();
  }
}
