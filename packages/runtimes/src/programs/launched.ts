import type { Turn } from '@fusion-kit/domain/ports/runtime';
import type { Program } from './program.ts';

/** A program that is ready to be started in the cage of a turn: found, its HOME prepared. */
export interface LaunchedProgram {
  program: Program;
  version: string | undefined;
  /** For `turn.cage(command, args, {env, readable, bridge})`. */
  command: string;
  args: readonly string[];
  env: Readonly<Record<string, string>>;
  readable: readonly string[];
  /** What was left out of what the user gave it, to be shown: as much as an event has room for. */
  leftOut: readonly string[];
  /** When its process is gone: takes a login that the program has refreshed back to where logins are kept, and the token out of the HOME. */
  readonly close: () => Promise<void>;
}

/** The two ways in which a program is made to work. */
export type Manner = 'acp' | 'headless';

/** What runtimes are given, to start the program of a turn's agent. */
export interface Programs {
  /**
   * Finds the program that the agent names and prepares its HOME.
   * @throws {FusionError} `program_unknown`, `program_missing`, `login_missing`, `wire_unspoken`, with what a person does about it
   */
  launch(turn: Turn, manner: Manner, signal: AbortSignal): Promise<LaunchedProgram>;
  /** The same questions without a turn, when an agent is made. @throws {FusionError} as `launch` */
  check(agent: Turn['agent'], manner: Manner): Promise<void>;
  /** Whether an agent is given models by the gateway: a program that asks for any, unless it has a login of its own. */
  needsModel(agent: Turn['agent']): boolean;
}
