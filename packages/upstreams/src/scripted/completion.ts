import { randomUUID } from 'node:crypto';
import type { Thought } from './brain.ts';

/** US dollars per token of the scripted model. */
export const PRICE = { input: 0.000_001, output: 0.000_005 } as const;

/** Characters of a piece of streamed words, and the most pieces that a tool's arguments are cut into. */
const WORDS_PIECE = 12;
const ARGUMENT_PIECES = 8;

export interface Completion {
  usage: Record<string, unknown> & { cost?: number };
  /** The answer in one piece. */
  whole: Record<string, unknown>;
  /** The same answer as the chunks of a stream, the last with the usage. */
  chunks: readonly Record<string, unknown>[];
}

export interface CompletionOptions {
  model: string;
  /** Characters of the request's JSON. */
  requestSize: number;
  /** Whether the usage tells a cost, as OpenRouter's does and OpenAI's does not. */
  priced: boolean;
}

/** A thought in the form of OpenRouter's chat completions. Tokens are a quarter of the characters. */
export function completionOf(thought: Thought, { model, requestSize, priced }: CompletionOptions): Completion {
  const base = { id: `gen-${randomUUID()}`, created: Math.floor(Date.now() / 1000), model, provider: 'Scripted' };
  const usage = usageOf(
    requestSize,
    thought.text.length + sum(thought.calls.map((call) => call.arguments.length)),
    priced,
  );
  const calls = thought.calls.map((call) => ({
    id: `call_${randomUUID().slice(0, 12)}`,
    type: 'function' as const,
    function: { name: call.name, arguments: call.arguments },
  }));
  const finish_reason = calls.length > 0 ? 'tool_calls' : 'stop';

  const chunk = (delta: Record<string, unknown>, reason: string | null = null) => ({
    ...base,
    object: 'chat.completion.chunk',
    choices: [{ index: 0, delta, finish_reason: reason }],
  });
  const chunks = [
    chunk({ role: 'assistant', content: '' }),
    ...pieces(thought.text, WORDS_PIECE).map((content) => chunk({ content })),
    ...calls.flatMap(({ id, type, function: { name, arguments: all } }, index) => [
      chunk({ tool_calls: [{ index, id, type, function: { name, arguments: '' } }] }),
      ...pieces(all, Math.ceil(all.length / ARGUMENT_PIECES)).map((part) =>
        chunk({ tool_calls: [{ index, function: { arguments: part } }] }),
      ),
    ]),
    chunk({}, finish_reason),
    { ...base, object: 'chat.completion.chunk', choices: [], usage },
  ];
  const message = { role: 'assistant', content: thought.text || null, ...(calls.length > 0 && { tool_calls: calls }) };
  const whole = { ...base, object: 'chat.completion', choices: [{ index: 0, finish_reason, message }], usage };
  return { usage, whole, chunks };
}

function usageOf(requestSize: number, answerSize: number, priced: boolean) {
  const prompt = Math.max(1, Math.ceil(requestSize / 4));
  const completion = Math.max(1, Math.ceil(answerSize / 4));
  const counts = { prompt_tokens: prompt, completion_tokens: completion, total_tokens: prompt + completion };
  if (!priced) return counts;
  // Rounded, so that a reader sees 0.000035 and not 0.000034999999999999997.
  return { ...counts, cost: Number((prompt * PRICE.input + completion * PRICE.output).toFixed(9)), is_byok: false };
}

const sum = (numbers: readonly number[]) => numbers.reduce((total, each) => total + each, 0);

const pieces = (text: string, size: number): string[] =>
  Array.from({ length: text ? Math.ceil(text.length / size) : 0 }, (_, at) => text.slice(at * size, (at + 1) * size));
