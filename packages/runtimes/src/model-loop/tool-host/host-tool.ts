import type * as Zod from 'zod';

// Everything the tool host loads imports Node's own modules and nothing else: inside the cage there is no node_modules.

/** Where a host tool works. */
export interface Workbench {
  /** Absolute, real path of the workspace. */
  readonly workspace: string;
  /** Process groups a tool has started; all are killed when the host ends. */
  readonly processGroups: Set<number>;
}

/** A tool whose `run` happens inside the agent's cage. `run` gives what the model is told; what it throws is told as an error. */
export interface HostTool {
  readonly name: string;
  readonly description: string;
  /** Whether running it twice does no harm, so that an interrupted call may simply be made again. */
  readonly repeatable: boolean;
  /** What a call may change: calls that change nothing are made side by side, changes of the workspace may need a person's permission. */
  readonly touches: 'nothing' | 'workspace';
  /** The arguments. zod is handed in, since the host has none: it is given arguments that are already checked. */
  input(z: typeof Zod): Zod.ZodType;
  run(input: unknown, bench: Workbench): Promise<string>;
}

interface HostToolOf<Schema extends Zod.ZodType> extends HostTool {
  input(z: typeof Zod): Schema;
  run(input: Zod.infer<Schema>, bench: Workbench): Promise<string>;
}

/** Ties the type of `run`'s input to the schema. */
export const hostTool = <Schema extends Zod.ZodType>(tool: HostToolOf<Schema>): HostTool => tool;
