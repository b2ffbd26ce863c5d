import { describe, expect, it } from 'vitest';
import { answerEvents } from '../answer-events.ts';
import { usageOf } from '../usage.ts';
import { addressed, WIRES } from './wires.ts';

const openRouter = {
  'openai-chat': 'https://openrouter.ai/api/v1',
  'openai-responses': 'https://openrouter.ai/api/v1',
  'anthropic-messages': 'https://openrouter.ai/api',
};
const google = { gemini: 'https://google.example' };

describe('an address', () => {
  it.each([
    ['https://openrouter.ai/api/v1/chat/completions', 'openai-chat'],
    ['https://openrouter.ai/api/v1/responses', 'openai-responses'],
    ['https://openrouter.ai/api/v1/messages?beta=true', 'anthropic-messages'],
  ])('%s is of %s', (url, wire) => {
    expect(addressed(new URL(url), openRouter)).toMatchObject({ wire, target: { answers: true } });
  });

  it('that counts tokens asks for no answer', () => {
    expect(addressed(new URL('https://openrouter.ai/api/v1/messages/count_tokens'), openRouter)?.target.answers).toBe(
      false,
    );
    expect(addressed(new URL('https://google.example/v1beta/models/x:countTokens'), google)?.target.answers).toBe(
      false,
    );
  });

  it.each([
    'https://openrouter.ai/api/v1/embeddings',
    'https://openrouter.ai/api/v1/chat/completions/../../key',
    'https://openrouter.ai.evil.example/api/v1/chat/completions',
    'http://openrouter.ai/api/v1/chat/completions',
  ])('%s is no place to ask', (url) => {
    expect(addressed(new URL(url), openRouter)).toBeUndefined();
  });

  it('of Google names the model and whether to stream', () => {
    const target = addressed(
      new URL('https://google.example/v1beta/models/gemini-pro:streamGenerateContent?alt=sse'),
      google,
    );

    expect(target?.target).toEqual({ answers: true, model: 'gemini-pro', stream: true });
  });
});

describe('what an answer used', () => {
  const prices = { inputUsd: 10, outputUsd: 100, cachedUsd: 1, cacheWriteUsd: 20 };
  const whole = (wire: keyof typeof WIRES, json: unknown) => usageOf(WIRES[wire].counts(json) ?? {}, prices);

  it('is read from chat completions, where the parts are inside the sums', () => {
    const usage = {
      prompt_tokens: 10,
      completion_tokens: 5,
      prompt_tokens_details: { cached_tokens: 4 },
      completion_tokens_details: { reasoning_tokens: 3 },
    };

    expect(whole('openai-chat', { usage })).toEqual({
      inputTokens: 10,
      outputTokens: 5,
      cachedTokens: 4,
      thinkingTokens: 3,
      costUsd: 6 * 10 + 4 * 1 + 5 * 100,
    });
  });

  it('is read from responses', () => {
    const usage = { input_tokens: 10, output_tokens: 5, output_tokens_details: { reasoning_tokens: 3 } };

    expect(whole('openai-responses', { usage })).toMatchObject({ inputTokens: 10, outputTokens: 5, thinkingTokens: 3 });
    expect(whole('openai-responses', { type: 'response.completed', response: { usage } })?.costUsd).toBe(600);
  });

  it('is read from messages, where what is cached stands beside the input', () => {
    const usage = { input_tokens: 3, cache_read_input_tokens: 4, cache_creation_input_tokens: 5, output_tokens: 2 };

    expect(whole('anthropic-messages', { usage })).toEqual({
      inputTokens: 12,
      outputTokens: 2,
      cachedTokens: 4,
      cacheWriteTokens: 5,
      costUsd: 3 * 10 + 4 * 1 + 5 * 20 + 2 * 100,
    });
  });

  it('is read from Google, where thoughts stand beside the output', () => {
    const usageMetadata = { promptTokenCount: 10, candidatesTokenCount: 5, thoughtsTokenCount: 7 };

    expect(whole('gemini', { usageMetadata })).toMatchObject({ inputTokens: 10, outputTokens: 12, thinkingTokens: 7 });
  });

  it('is not known of messages that broke off, though their beginning names figures', () => {
    const events = answerEvents(WIRES['anthropic-messages'], prices);
    const feed = (json: unknown) => events.feed(new TextEncoder().encode(`data: ${JSON.stringify(json)}\n\n`));
    feed({ type: 'message_start', message: { usage: { input_tokens: 10, output_tokens: 1 } } });
    expect(events.usage()).toBeUndefined();
    feed({ type: 'message_delta', usage: { output_tokens: 50 } });
    feed({ type: 'message_stop' });

    expect(events.usage()).toMatchObject({ inputTokens: 10, outputTokens: 50 });
  });
});

describe('an output cap', () => {
  const to = {
    model: 'm',
    stream: false,
    limits: { outputTokens: 1_000, thinkingOutputTokens: 2_000, outputTokensMax: 5_000 },
    usageOnRequest: true,
    completionCap: false,
  };

  it('of chat completions goes by the name that the provider knows', () => {
    expect(WIRES['openai-chat'].bind({ max_tokens: 7 }, { ...to, completionCap: true })?.body).toEqual({
      model: 'm',
      max_completion_tokens: 7,
    });
  });

  it('counts for every answer that is asked for', () => {
    expect(WIRES['openai-chat'].bind({ n: 3 }, to)?.outputTokens).toBe(3_000);
    expect(WIRES.gemini.bind({ generationConfig: { candidateCount: 3 } }, to)?.outputTokens).toBe(6_000);
  });

  it('of Google is read in both its spellings', () => {
    const bound = WIRES.gemini.bind({ generation_config: { max_output_tokens: 7, temperature: 1 } }, to);

    expect(bound).toEqual({ body: { generationConfig: { maxOutputTokens: 7, temperature: 1 } }, outputTokens: 7 });
  });

  it('that is no number is refused', () => {
    for (const [wire, body] of [
      ['openai-chat', { max_tokens: '7' }],
      ['openai-responses', { max_output_tokens: -1 }],
      ['anthropic-messages', { max_tokens: 1.5 }],
      ['gemini', { generationConfig: { maxOutputTokens: 'many' } }],
    ] as const)
      expect(WIRES[wire].bind(body, to)).toBeUndefined();
  });
});
