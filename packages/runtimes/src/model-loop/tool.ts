import type { Turn } from '@fusion-kit/domain/ports/runtime';
import type * as z from 'zod';
import type { ToolHost, ToolOutcome } from './tool-host/tool-host.ts';

/** What a tool may use besides its arguments. */
export interface Desk {
  turn: Turn;
  host: ToolHost;
}

/** Something the model may call. */
export interface Tool {
  readonly name: string;
  readonly description: string;
  readonly input: z.ZodType;
  /** Whether running it twice does no harm, so that an interrupted call may simply be made again. */
  readonly repeatable: boolean;
  /** What a call may change: calls that change nothing are made side by side, changes of the workspace may need a person's permission. */
  readonly touches: 'nothing' | 'workspace' | 'team';
  /** Gives what the model is told, errors too. Throws only what ends the turn. */
  run(input: unknown, desk: Desk): Promise<ToolOutcome>;
}

interface ToolOf<Schema extends z.ZodType> extends Tool {
  readonly input: Schema;
  run(input: z.infer<Schema>, desk: Desk): Promise<ToolOutcome>;
}

/** Ties the type of `run`'s input to the schema. */
export const tool = <Schema extends z.ZodType>(one: ToolOf<Schema>): Tool => one;
