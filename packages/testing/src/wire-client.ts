import type { Wire } from '@fusion-kit/domain/ports/upstream';

export interface WireQuestion {
  content: string;
  model?: string;
  stream?: boolean;
  /** Most tokens of the answer; absent: the client names none. */
  cap?: number;
}

/** What an answer said, whichever way it came. */
export interface WireAnswer {
  words: string;
  /** The arguments of its tool calls, as JSON. */
  calls: readonly string[];
  /** As often as it told usage, the last time. */
  usage: { inputTokens: number; outputTokens: number; costUsd: number | undefined };
}

/** The least that a client of a format does: asks one question, reads the answer. */
export interface WireClient {
  request(question: WireQuestion): { path: string; body: Record<string, unknown> };
  /** The output cap in a body that was sent. */
  capOf(body: string): unknown;
  /** Where the client names none. */
  defaultCap: number;
  /** @param text an answer in one piece, or the whole text of a stream */
  read(text: string): WireAnswer;
}

type Json = { [key: string]: Json } & Json[] & string & number;

/** The JSON events of a stream, or an answer in one piece as the only one. */
const eventsOf = (text: string): Json[] =>
  text.startsWith('{')
    ? [JSON.parse(text) as Json]
    : text
        .split('\n')
        .filter((line) => line.startsWith('data: {'))
        .map((line) => JSON.parse(line.slice('data: '.length)) as Json);

const MODEL = 'scripted/coder';
const asNumber = (value: unknown): number => (typeof value === 'number' ? value : Number.NaN);
const asCost = (value: unknown): number | undefined => (typeof value === 'number' ? value : undefined);

const chat: WireClient = {
  request: ({ content, model = MODEL, stream = true, cap }) => ({
    path: '/chat/completions',
    body: { model, messages: [{ role: 'user', content }], stream, ...(cap && { max_tokens: cap }) },
  }),
  capOf(body) {
    const sent = JSON.parse(body) as { max_tokens?: number; max_completion_tokens?: number };
    return sent.max_tokens ?? sent.max_completion_tokens;
  },
  defaultCap: 8_192,
  read(text) {
    const events = eventsOf(text);
    const choices = events
      .flatMap((event) => event['choices'] ?? [])
      .map((choice) => choice['delta'] ?? choice['message']);
    const usage = events.findLast((event) => event['usage'])?.['usage'];
    const calls: string[] = [];
    for (const call of choices.flatMap((choice) => choice?.['tool_calls'] ?? [])) {
      const at = asNumber(call['index'] ?? 0);
      calls[at] = (calls[at] ?? '') + String(call['function']?.['arguments']);
    }
    return {
      words: choices.map((choice) => choice?.['content'] ?? '').join(''),
      calls,
      usage: {
        inputTokens: asNumber(usage?.['prompt_tokens']),
        outputTokens: asNumber(usage?.['completion_tokens']),
        costUsd: asCost(usage?.['cost']),
      },
    };
  },
};

const responses: WireClient = {
  request: ({ content, model = MODEL, stream = true, cap }) => ({
    path: '/responses',
    body: { model, input: content, stream, ...(cap && { max_output_tokens: cap }) },
  }),
  capOf: (body) => (JSON.parse(body) as { max_output_tokens?: number }).max_output_tokens,
  defaultCap: 32_768,
  read(text) {
    const last = eventsOf(text).at(-1);
    const whole = last?.['response'] ?? last;
    const output: Json[] = whole?.['output'] ?? [];
    const usage = whole?.['usage'];
    return {
      words: output
        .flatMap((item) => item['content'] ?? [])
        .map((part) => part['text'])
        .join(''),
      calls: output.filter((item) => item['type'] === 'function_call').map((item) => String(item['arguments'])),
      usage: {
        inputTokens: asNumber(usage?.['input_tokens']),
        outputTokens: asNumber(usage?.['output_tokens']),
        costUsd: asCost(usage?.['cost']),
      },
    };
  },
};

const messages: WireClient = {
  request: ({ content, model = MODEL, stream = true, cap = 8_192 }) => ({
    path: '/v1/messages',
    body: { model, max_tokens: cap, messages: [{ role: 'user', content }], stream },
  }),
  capOf: (body) => (JSON.parse(body) as { max_tokens?: number }).max_tokens,
  defaultCap: 8_192,
  read(text) {
    const events = eventsOf(text);
    const whole = events[0]?.['type'] === 'message' ? events[0] : undefined;
    const blocks: Json[] = whole?.['content'] ?? [];
    const deltas = events.flatMap((event) => event['delta'] ?? []);
    const usages = events.flatMap((event) => event['usage'] ?? event['message']?.['usage'] ?? []);
    const argumentsOfStream = deltas.map((delta) => delta['partial_json'] ?? '').join('');
    return {
      words: [...blocks, ...deltas].map((part) => part['text'] ?? '').join(''),
      calls: argumentsOfStream ? [argumentsOfStream] : [],
      usage: {
        inputTokens: asNumber(usages[0]?.['input_tokens']),
        outputTokens: asNumber(usages.at(-1)?.['output_tokens']),
        costUsd: asCost(usages.at(-1)?.['cost']),
      },
    };
  },
};

const gemini: WireClient = {
  request: ({ content, model = MODEL, stream = true, cap }) => ({
    path: `/v1beta/models/${model}:${stream ? 'streamGenerateContent?alt=sse' : 'generateContent'}`,
    body: {
      contents: [{ role: 'user', parts: [{ text: content }] }],
      ...(cap && { generationConfig: { maxOutputTokens: cap } }),
    },
  }),
  capOf: (body) =>
    (JSON.parse(body) as { generationConfig?: { maxOutputTokens?: number } }).generationConfig?.maxOutputTokens,
  defaultCap: 32_768,
  read(text) {
    const events = eventsOf(text);
    const parts = events
      .flatMap((event) => event['candidates'] ?? [])
      .flatMap((each) => each['content']?.['parts'] ?? []);
    const usage = events.at(-1)?.['usageMetadata'];
    return {
      words: parts.map((part) => part['text'] ?? '').join(''),
      calls: parts.flatMap((part) => (part['functionCall'] ? [JSON.stringify(part['functionCall']['args'])] : [])),
      usage: {
        inputTokens: asNumber(usage?.['promptTokenCount']),
        outputTokens: asNumber(usage?.['candidatesTokenCount']),
        costUsd: undefined,
      },
    };
  },
};

/** Clients of all formats, for tests of what stands between a client and a provider. */
export const WIRE_CLIENTS: Record<Wire, WireClient> = {
  'openai-chat': chat,
  'openai-responses': responses,
  'anthropic-messages': messages,
  gemini,
};
