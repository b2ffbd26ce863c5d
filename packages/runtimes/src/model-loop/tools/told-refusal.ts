import { FusionError } from '@fusion-kit/domain/errors';
import type { ToolOutcome } from '../tool-host/tool-host.ts';

/** What the house refused, as the model is told it: a mistake is the model's to correct. That the house fails or took the task back is not, and is thrown on. */
export function toldRefusal(thrown: unknown): ToolOutcome {
  if (!(thrown instanceof FusionError) || thrown.status >= 500 || thrown.code === 'dispatch_stale') throw thrown;
  return { output: thrown.message, isError: true };
}
