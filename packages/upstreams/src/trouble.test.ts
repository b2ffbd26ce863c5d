import { describe, expect, it } from 'vitest';
import { startScriptedServer } from './scripted/server.ts';
import { errorIn, refused, unreachable } from './trouble.ts';

const refusal = (status: number, json: unknown, headers: Record<string, string> = {}) =>
  refused({
    provider: 'openrouter',
    status,
    headers: new Headers(headers),
    body: errorIn(json),
    nowMs: 0,
    key: 'secret-key',
  });

describe('a refusal', () => {
  it('is read from the headers of the provider behind OpenRouter too', () => {
    const json = {
      error: { code: 429, message: 'slow down', metadata: { headers: { 'X-RateLimit-Reset': '45000000000000' } } },
    };

    expect(refusal(429, json)).toMatchObject({ again: true, limited: true, waitMs: 45_000_000_000_000 });
  });

  it('is understood when its code is a word', () => {
    expect(refusal(200, { error: { code: 'rate_limit_exceeded' } }).error.code).toBe('provider_limited');
    expect(refusal(200, { error: { code: 'insufficient_quota' } }).error.code).toBe('provider_credits');
    expect(refusal(200, { error: { code: 'server_error' } })).toMatchObject({ again: true, limited: false });
  });

  it.each<[string, number, unknown, string, Record<string, unknown>]>([
    [
      'OpenAI, whose 429 may mean that credit is used up',
      429,
      { error: { code: 'insufficient_quota', message: 'm', type: 'insufficient_quota', param: null } },
      'provider_credits',
      { again: false },
    ],
    [
      'OpenAI',
      429,
      { error: { code: 'rate_limit_exceeded', message: 'm', type: 'requests' } },
      'provider_limited',
      { again: true },
    ],
    [
      'OpenAI in a stream of responses',
      200,
      { type: 'error', code: 'server_error', message: 'm', param: null },
      'provider_failed',
      { again: true },
    ],
    [
      'OpenAI in the end of a stream of responses',
      200,
      { type: 'response.failed', response: { error: { code: 'rate_limit_exceeded', message: 'm' } } },
      'provider_limited',
      { again: true },
    ],
    [
      'Anthropic in a stream',
      200,
      { type: 'error', error: { type: 'overloaded_error', message: 'm' } },
      'provider_failed',
      { again: true, overloaded: true, down: true },
    ],
    [
      'Anthropic',
      401,
      { type: 'error', error: { type: 'authentication_error', message: 'm' } },
      'provider_refused_key',
      {},
    ],
    [
      'Google, whose 400 may mean the key',
      400,
      {
        error: {
          code: 400,
          message: 'm',
          status: 'INVALID_ARGUMENT',
          details: [{ '@type': 'x', reason: 'API_KEY_INVALID' }],
        },
      },
      'provider_refused_key',
      {},
    ],
    [
      'Google, which says when to come back',
      429,
      { error: { code: 429, message: 'm', status: 'RESOURCE_EXHAUSTED', details: [{ retryDelay: '34.5s' }] } },
      'provider_limited',
      { waitMs: 34_500 },
    ],
    [
      'Google in a list',
      200,
      [{ error: { code: 503, message: 'm', status: 'UNAVAILABLE' } }],
      'provider_failed',
      { again: true, down: true },
    ],
    ['Ollama', 404, { error: 'model "m" not found' }, 'model_unknown', {}],
  ])('is read from %s', (_who, status, json, code, expected) => {
    const trouble = refusal(status, json);

    expect(trouble.error.code).toBe(code);
    expect(trouble).toMatchObject(expected);
  });

  it('by moderation does not blame the key', () => {
    const json = { error: { code: 403, message: 'flagged', metadata: { reasons: ['violence'] } } };

    expect(refusal(403, json).error.code).toBe('provider_failed');
    expect(refusal(403, { error: { code: 403, message: 'no' } }).error.code).toBe('provider_refused_key');
  });

  it('with 404 and no error body is a wrong address, not an unknown model', () => {
    expect(refusal(404, undefined).error.code).toBe('provider_failed');
  });

  it('does not repeat a key that the provider quotes', () => {
    expect(refusal(401, { error: { message: 'bad key secret-key' } }).error.message).toBe(
      'openrouter answered 401: bad key [key removed]',
    );
  });
});

it('an unreachable provider may have worked, unless the request never left', async () => {
  const server = await startScriptedServer();
  await server.close();
  const refusedConnection = await fetch(server.baseUrl).catch((error: unknown) => error);

  expect(unreachable('local', refusedConnection).mayHaveWorked).toBe(false);
  expect(unreachable('local', new Error('socket hang up')).mayHaveWorked).toBe(true);
});
