import { FusionError } from '@fusion-kit/domain/errors';
import type { Delta, ModelEndpoint, RuntimeEvent } from '@fusion-kit/domain/ports/runtime';
import type { LanguageModel } from 'ai';
import { CONTEXT_TOKENS, nextCompaction, tokensOf } from './compaction.ts';
import { modelStep } from './model-step.ts';
import { OFFERED_SIZE } from './offered.ts';
import { NOTES_SYSTEM } from './prompt.ts';
import { bounded } from './tool-host/bounded-text.ts';
import { unlessAborted } from './unless-aborted.ts';

/** The most that is kept of a model's notes, in characters: several times what it is asked for. */
const NOTES_MAX = 20_000;

interface Long {
  endpoint: ModelEndpoint;
  model: LanguageModel;
  system: string;
  /** Grows while the events are asked for. */
  history: readonly RuntimeEvent[];
}

/**
 * Makes a conversation short enough to be sent, by events that say how; nothing when it is. Notes are the model's own and paid for as its answers are.
 *
 * @throws {FusionError} `context_exceeded` when what cannot be left out is too long already; what the endpoint's `fetch` threw
 */
export async function* shortened(
  { endpoint, model, system, history }: Long,
  signal: AbortSignal,
): AsyncGenerator<RuntimeEvent | Delta, void> {
  const told = endpoint.contextTokens?.();
  const contextTokens = (told && (await unlessAborted(told, signal))) ?? CONTEXT_TOKENS;
  const window = { contextTokens, overhead: system.length + OFFERED_SIZE };
  for (let next; (next = nextCompaction(history, window));) {
    const { before, fold } = next;
    if (fold === undefined) yield { type: 'turn.compacted', before };
    else {
      const question = { endpoint, model, system: NOTES_SYSTEM, messages: [{ role: 'user' as const, content: fold }] };
      const { text } = yield* modelStep({ ...question, tools: {} }, signal);
      yield { type: 'turn.compacted', before, text: bounded(text, NOTES_MAX) };
    }
  }
  const tokens = Math.ceil(tokensOf(history, window));
  if (tokens > contextTokens)
    throw new FusionError(
      'context_exceeded',
      `what ${endpoint.model} has to be sent is about ${tokens} tokens, and it takes ${contextTokens}`,
    );
}
