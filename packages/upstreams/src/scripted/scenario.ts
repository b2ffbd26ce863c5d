import { FusionError } from '@fusion-kit/domain/errors';
import * as z from 'zod';

/** Longest that a step may think, so that no scenario looks hung. */
const SLEEP_MAX_MS = 60_000;

/** A tool that the model calls, and what it says before it. */
const ToolStep = z.strictObject({
  tool: z.string().min(1),
  args: z.record(z.string(), z.unknown()).default({}),
  text: z.string().optional(),
  sleepMs: z.int().min(0).max(SLEEP_MAX_MS).optional(),
});
const around = { text: z.string().optional(), sleepMs: z.int().min(0).max(SLEEP_MAX_MS).optional() };
/** What an agent has done by whatever tool of its own is for that: coding agents name them differently. */
const ActionStep = z.union([
  z.strictObject({ write: z.strictObject({ path: z.string().min(1), content: z.string() }), ...around }),
  z.strictObject({ shell: z.string().min(1), ...around }),
  z.strictObject({ mcp: z.string().min(1), args: z.record(z.string(), z.unknown()).default({}), ...around }),
]);
export type Action = z.infer<typeof ActionStep>;

/** What the model answers at last; it ends the turn. */
const SayStep = z.strictObject({ say: z.string(), sleepMs: z.int().min(0).max(SLEEP_MAX_MS).optional() });

const CallStep = z.union([ToolStep, ActionStep]);
export type CallStep = z.infer<typeof CallStep>;
/** One answer of the scripted model: a tool call, several at once, or words. */
export const Step = z.union([SayStep, CallStep, z.array(CallStep).min(1).max(20)]);
export type Step = z.infer<typeof Step>;
export const Steps = z.array(Step).max(500);

/** What the scripted model does in the conversations whose user text contains `match`: a task's title, for example. */
export const Scenario = z
  .array(z.strictObject({ name: z.string().min(1), match: z.string().min(1), steps: Steps }))
  .min(1)
  .max(500);
export type Scenario = z.infer<typeof Scenario>;

/** Reads a scenario file. @throws {FusionError} `bad_request` naming the file and what is wrong where */
export function readScenario(text: string, fileName: string): Scenario {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new FusionError('bad_request', `${fileName} is not JSON: ${reason}`, { cause: error });
  }
  const read = Scenario.safeParse(json);
  if (read.success) return read.data;
  throw new FusionError('bad_request', `${fileName} is not a scenario:\n${z.prettifyError(read.error)}`);
}
