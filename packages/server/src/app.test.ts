import { BODY_MAX_BYTES, WORKFLOW_BODY_MAX_BYTES } from '@fusion-kit/domain/api';
import { FusionError } from '@fusion-kit/domain/errors';
import { expect, test } from 'vitest';
import { openHouse, TOKEN, VERSION } from './test/house.ts';

test.each([undefined, '', 'Bearer', 'Bearer wrong', `Basic ${TOKEN}`, `Bearer ${TOKEN}x`])(
  'with authorization %j nothing is told',
  async (authorization) => {
    const { server } = openHouse();
    for (const path of ['/api/v1/projects', '/api/v1/nothing', '/api/v1/openapi.json', '/ws/events?after=0']) {
      const answer = await server.app.request(path, { headers: authorization === undefined ? {} : { authorization } });
      expect(answer.status).toBe(401);
      expect(answer.headers.get('www-authenticate')).toBe('Bearer');
      expect(await answer.json()).toMatchObject({ error: { code: 'unauthorized' } });
    }
  },
);

test.each(['evil.example', 'evil.example:8000', 'localhost.evil.example', '127.0.0.1@evil.example', '127.0.0.2', ''])(
  'a call by the name %j is refused, for the page too',
  async (host) => {
    const house = openHouse({ dashboardDir: import.meta.dirname });
    for (const path of ['projects', 'health', '/'])
      expect(await house.refusal('GET', path, undefined, { host })).toMatchObject({
        status: 403,
        code: 'forbidden_host',
      });
  },
);

test.each(['127.0.0.1:8000', 'LOCALHOST:8000', '[::1]:8000', 'box.example:8000'])(
  '%s is a name of this server',
  async (host) => {
    const house = openHouse({ allowedHosts: ['box.example'] });
    expect((await house.call('GET', 'projects', undefined, { host })).status).toBe(200);
  },
);

test.each(['http://evil.example', 'null', 'http://localhost.evil.example', 'file://localhost', 'http://localhost/x'])(
  'a page of %s is refused',
  async (origin) => {
    const refusal = await openHouse().refusal('GET', 'health', undefined, { origin });
    expect(refusal).toMatchObject({ status: 403, code: 'forbidden_origin' });
  },
);

test('a client of another version is refused, and every answer tells the version', async () => {
  const house = openHouse();
  const theirs = { 'x-fusion-kit-version': '9.9.9' };
  expect(await house.refusal('GET', 'projects', undefined, theirs)).toMatchObject({
    status: 409,
    code: 'version_mismatch',
    details: { server: VERSION, client: '9.9.9' },
  });
  await house.ok('GET', 'health', undefined, theirs);
  await house.ok('GET', 'projects', undefined, { 'x-fusion-kit-version': VERSION });
  expect((await house.call('GET', 'nothing')).headers.get('x-fusion-kit-version')).toBe(VERSION);
});

test('every answer, errors included, carries the security headers and is not kept', async () => {
  const house = openHouse();
  for (const path of ['projects', 'nothing', 'agents/x']) {
    const { headers } = await house.call('GET', path);
    expect(headers.get('content-security-policy')).toContain("frame-ancestors 'none'");
    expect(headers.get('x-content-type-options')).toBe('nosniff');
    expect(headers.get('referrer-policy')).toBe('no-referrer');
    expect(headers.get('cache-control')).toBe('no-store');
    expect(headers.get('set-cookie')).toBeNull();
    expect(headers.get('access-control-allow-origin')).toBeNull();
  }
});

test('what does not exist and what takes another method are told apart', async () => {
  const house = openHouse();
  expect(await house.refusal('GET', 'nothing')).toMatchObject({ status: 404, code: 'route_unknown' });
  expect(await house.refusal('GET', 'agents/x/y/z')).toMatchObject({ status: 404, code: 'route_unknown' });
  expect(await house.refusal('PUT', 'agents')).toMatchObject({
    status: 405,
    code: 'method_not_allowed',
    details: { allowed: ['GET', 'POST'] },
  });
  expect((await house.call('PUT', 'agents')).headers.get('allow')).toBe('GET, POST');
});

test('a filter that does not exist is refused instead of answering everything', async () => {
  const refusal = await openHouse().refusal('GET', 'agents?sate=idle');
  expect(refusal).toMatchObject({ status: 400, code: 'bad_request' });
  expect(refusal.message).toContain('sate');
});

test('a body that is not JSON is refused with the place', async () => {
  const refusal = await openHouse().refusal('POST', 'projects', '{"path": "/tmp",}');
  expect(refusal).toMatchObject({ status: 400, code: 'bad_request', details: { position: 16 } });
});

test('a body of another type is refused', async () => {
  const refusal = await openHouse().refusal('POST', 'projects', 'path=/tmp', { 'content-type': 'text/plain' });
  expect(refusal).toMatchObject({ status: 400, code: 'bad_request' });
  expect(refusal.message).toContain('application/json');
});

test('a workflow file may be larger than other requests, up to a limit of its own', async () => {
  const house = openHouse();
  const source = ' '.repeat(2 * BODY_MAX_BYTES);
  expect(await house.ok('POST', 'workflows/validate', { source })).toMatchObject({ valid: false });
  const refusal = await house.refusal('POST', 'workflows/validate', ' '.repeat(WORKFLOW_BODY_MAX_BYTES + 1));
  expect(refusal).toMatchObject({ code: 'body_too_large', details: { limitBytes: WORKFLOW_BODY_MAX_BYTES } });
});

test('a body over the limit is refused, whether it announces its length or not', async () => {
  const house = openHouse();
  const large = JSON.stringify({ path: 'x'.repeat(BODY_MAX_BYTES) });
  expect(await house.refusal('POST', 'projects', large)).toMatchObject({ status: 413, code: 'body_too_large' });
  const announced = { 'content-length': String(large.length) };
  const refusal = await house.refusal('POST', 'projects', large, announced);
  expect(refusal).toMatchObject({ status: 413, code: 'body_too_large', details: { limitBytes: BODY_MAX_BYTES } });
  expect((await house.ok<{ items: unknown[] }>('GET', 'projects')).items).toEqual([]);
});

test('an unexpected error tells no detail, and goes to the log', async () => {
  const house = openHouse();
  const trouble = new Error('SQLITE_MISUSE at /home/someone/secret');
  house.engine.find = () => Promise.reject(trouble);
  const answer = await house.call('GET', 'projects');
  expect(answer.status).toBe(500);
  const text = await answer.text();
  expect(JSON.parse(text)).toMatchObject({ error: { code: 'internal' } });
  expect(text).not.toContain('secret');
  expect(house.logged).toEqual([trouble]);
});

test('an error that says when to try again says so in the header too', async () => {
  const house = openHouse();
  house.engine.find = () =>
    Promise.reject(new FusionError('provider_limited', 'too many calls', { retryAfterMs: 1_500 }));
  const answer = await house.call('GET', 'projects');
  expect([answer.status, answer.headers.get('retry-after')]).toEqual([429, '2']);
});
