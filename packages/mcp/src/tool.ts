import type * as z from 'zod';

/** Longest that a call waits for something to come: programs give up on a tool after a minute. */
export const WAIT_MAX_SECONDS = 50;

/** A tool as models see it. What `run` returns is the answer; what it throws is told with its remedy. */
export interface Tool<Context, Input extends z.ZodObject = z.ZodObject> {
  name: `fusion_${string}`;
  description: string;
  /** Whether it changes nothing, so that a program need not ask its user. */
  reads: boolean;
  input: Input;
  /** `signal` aborts when nobody waits for the answer any more. */
  run(input: z.infer<Input>, context: Context, signal: AbortSignal): Promise<unknown>;
}

/** The types of one tool checked, and forgotten for the list of all. */
export const toolOf =
  <Context>() =>
  <Input extends z.ZodObject>(tool: Tool<Context, Input>): Tool<Context> =>
    tool;
