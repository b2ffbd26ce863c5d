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
