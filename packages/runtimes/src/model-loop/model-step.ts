import { setTimeout as wait } from 'node:timers/promises';
import type { Delta, ModelEndpoint } from '@fusion-kit/domain/ports/runtime';
import { streamText, type LanguageModel, type ModelMessage, type ToolSet } from 'ai';
import type { Step, ToolCall } from './conversation.ts';
import { brokeOff, fusionErrorIn, isFinal, providerFailure } from './provider-failure.ts';
import { unlessAborted } from './unless-aborted.ts';

/** How often one step is asked for when its answer breaks; limits and outages are waited for by the endpoint's `fetch`. */
const TRIES = 3;
const RETRY_DELAY_MS = 250;
/** Calls of one answer that are taken, as many as one event has room for; the model sees only these and makes the others again. */
const CALLS_MAX = 32;

export type Answer = Pick<Step, 'text' | 'calls' | 'finishReason' | 'tokens'>;

export interface Question {
  endpoint: ModelEndpoint;
  model: LanguageModel;
  system: string;
  messages: ModelMessage[];
  /** Without `execute`: whoever asks makes the calls itself, after they are kept. */
  tools: ToolSet;
}

/**
 * One whole answer of the model, its text streamed as deltas. A broken answer is thrown away and asked for again.
 *
 * @throws {FusionError} what the endpoint's `fetch` threw; else `provider_failed`
 */
export async function* modelStep(question: Question, signal: AbortSignal): AsyncGenerator<Delta, Answer> {
  for (let tries = 1; ; tries++) {
    try {
      return yield* oneAnswer(question, signal);
    } catch (thrown) {
      signal.throwIfAborted();
      const ours = fusionErrorIn(thrown);
      if (ours && (tries === TRIES || !brokeOff(ours))) throw ours;
      if (!ours && (tries === TRIES || isFinal(thrown)))
        throw providerFailure(question.endpoint.provider, question.endpoint.model, thrown);
    }
    await unlessAborted(wait(RETRY_DELAY_MS * tries), signal);
  }
}

async function* oneAnswer(question: Question, signal: AbortSignal): AsyncGenerator<Delta, Answer> {
  const dropped = new AbortController();
  const parts = ask(question, AbortSignal.any([signal, dropped.signal]));
  let text = '';
  const calls: ToolCall[] = [];
  let finishReason: string | undefined;
  let tokens: number | undefined;
  try {
    for await (const part of parts) {
      if (part.type === 'error') throw part.error;
      if (part.type === 'text-delta') {
        text += part.text;
        yield { type: 'delta', text: part.text };
      }
      if (part.type === 'tool-call' && calls.length < CALLS_MAX)
        calls.push({ callId: part.toolCallId, tool: part.toolName, input: inputText(part.input) });
      if (part.type === 'finish-step') {
        finishReason = part.rawFinishReason ?? unspokenEnd(question, part.finishReason);
        tokens = part.usage.totalTokens;
      }
    }
  } finally {
    // Leaving the stream alone does not hang up on the provider: it would go on writing, and be paid for.
    if (finishReason === undefined) dropped.abort();
  }

  signal.throwIfAborted();
  // Clients do not always notice a stream that just stops: only a finish reason from the provider says that the answer is whole.
  if (finishReason === undefined || finishReason === 'error') throw new Error('the answer broke off');
  if (text.trim() === '' && calls.length === 0) throw new Error('the answer was empty');
  return { text, calls, finishReason, ...(tokens !== undefined && { tokens }) };
}

/** OpenAI's responses give a reason only when they end early; its client tells an end in order from one that was cut off. */
const unspokenEnd = ({ endpoint: { protocol } }: Question, finishReason: string): string | undefined =>
  protocol === 'openai' && (finishReason === 'stop' || finishReason === 'tool-calls') ? finishReason : undefined;

const ask = ({ model, system, messages, tools }: Question, abortSignal: AbortSignal) =>
  streamText({
    model,
    instructions: system,
    messages,
    tools,
    maxRetries: 0,
    abortSignal,
    onError: () => undefined, // It comes as a part of the stream too; by default it is printed.
  }).stream;

/** Arguments that are not JSON arrive as the text they were. */
const inputText = (input: unknown): string => (typeof input === 'string' ? input : JSON.stringify(input ?? {}));
