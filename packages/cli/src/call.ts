import type { Environment, Paint, Terminal } from './terminal.ts';

/** What surrounds a command: given by the process, or by a test. */
export interface World {
  terminal: Terminal;
  env: Environment;
  cwd: string;
  /** Aborts when the person presses Ctrl-C or the process is asked to end. */
  signal: AbortSignal;
}

/** One call of a command. `options` are as typed; each command parses its own with `optionsOf`. */
export interface Call extends World {
  args: readonly (string | undefined)[];
  options: Readonly<Record<string, unknown>>;
  json: boolean;
  /** The commands below this one: `list`, `get` and so on. */
  below: readonly string[];
}

/**
 * What a command answers: `data` is the one document that `--json` prints, `text` what a person reads.
 * With `ok: false` the exit code is 1 although nothing was thrown, e.g. for a run that failed.
 */
export interface Answer {
  data: unknown;
  text: (paint: Paint, columns: number | undefined) => string;
  ok?: boolean;
  /** Instead of what `ok` says, e.g. that of a command which this one ran. */
  exitCode?: number;
}

/** A command that prints by itself (a stream, a server in the foreground) answers nothing. */
export type Command = (call: Call) => Promise<Answer | undefined>;
