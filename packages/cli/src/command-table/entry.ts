import type { Command } from '../call.ts';

/** An option as commander reads it, what it is for, and whether it may be given several times. */
export type OptionEntry = readonly [flags: string, description: string, kind?: 'repeated'];

export interface CommandEntry {
  /** `agent spawn`: the words that call it. */
  path: string;
  summary: string;
  arguments?: readonly (readonly [syntax: string, description: string])[];
  options?: readonly OptionEntry[];
  hidden?: true;
  /** Everything behind the command's words is an argument, options too: another program reads them. `options` are for the help. */
  passThrough?: true;
  /** Loads the code only when the command runs, so that help and mistakes are answered at once. */
  load: () => Promise<Command>;
}
