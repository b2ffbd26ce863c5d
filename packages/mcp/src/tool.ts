import type { McpServer } from '@modelcontextprotocol/server';
import type * as z from 'zod';
import { answer, refusal } from './answer.ts';

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

export interface Serving<Context> {
  context: Context;
  /** Does the work of a call when its turn has come. @throws {FusionError} when it may not be done */
  readonly within?: (work: () => Promise<unknown>) => Promise<unknown>;
}

/** Makes tools callable on a server. */
export function register<Context>(
  server: McpServer,
  tools: readonly Tool<Context>[],
  { context, within = (work) => work() }: Serving<Context>,
): void {
  for (const tool of tools) {
    const { name, description, reads, input } = tool;
    const annotations = { readOnlyHint: reads, destructiveHint: false, openWorldHint: false };
    server.registerTool(name, { description, inputSchema: input, annotations }, async (given, { mcpReq }) => {
      try {
        return answer(await within(() => tool.run(given, context, mcpReq.signal)));
      } catch (thrown) {
        return refusal(thrown);
      }
    });
  }
}
