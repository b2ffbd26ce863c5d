import type { ReadStream } from 'node:tty';
import picocolors from 'picocolors';

export type Paint = ReturnType<typeof picocolors.createColors>;
export type Environment = Readonly<Record<string, string | undefined>>;

/** What surrounds a command: given by the process. */
export interface World {
  /** Everything that is said, problems included; only usage errors and an abort go to `err`. */
  out(text: string): void;
  err(text: string): void;
  paint: Paint;
  /** Width in characters: `COLUMNS`, else the terminal's, else 80. */
  readonly columns: number;
  /** Whether what was printed may be painted over. */
  live: boolean;
  /** Whether somebody sits there who can answer a menu. */
  interactive: boolean;
  stdin: ReadStream;
  stdout: NodeJS.WriteStream;
  env: Environment;
  readonly cwd: string;
  platform: NodeJS.Platform;
  /** Aborts when the person presses Ctrl-C or the process is asked to end. */
  signal: AbortSignal;
}

const DEFAULT_COLUMNS = 80;
const MIN_COLUMNS = 20;

/** The world of a process, as its streams and its environment have it. */
export function worldOf(running: NodeJS.Process, signal: AbortSignal): World {
  const { stdin, stdout, stderr, env, platform } = running;
  const capable = stdout.isTTY && env['TERM'] !== 'dumb';
  return {
    out: (text) => void stdout.write(text),
    err: (text) => void stderr.write(text),
    paint: picocolors.createColors(!env['NO_COLOR'] && (capable || Boolean(env['FORCE_COLOR']))),
    get columns() {
      const told = /^\d+$/.test(env['COLUMNS'] ?? '') ? Number(env['COLUMNS']) : 0;
      return Math.max(MIN_COLUMNS, told || (stdout.isTTY && stdout.columns) || DEFAULT_COLUMNS);
    },
    live: capable,
    interactive: capable && stdin.isTTY,
    stdin,
    stdout,
    env,
    // Asked for when needed: help works where the directory has been deleted.
    get cwd() {
      return running.cwd();
    },
    platform,
    signal,
  };
}
