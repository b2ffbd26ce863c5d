import { mkdir, mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { openHouse } from './test/house.ts';

async function builtPage(): Promise<string> {
  const home = await mkdtemp(join(tmpdir(), 'page-'));
  await mkdir(join(home, 'dist', 'assets'), { recursive: true });
  await writeFile(join(home, 'secret.txt'), 'not for the page');
  await writeFile(join(home, 'dist', 'index.html'), '<!doctype html><title>fusion-kit</title>');
  await writeFile(join(home, 'dist', 'icon.svg'), '<svg/>');
  await writeFile(join(home, 'dist', 'assets', 'app-1a2b3c.js'), 'export {};');
  return join(home, 'dist');
}

test('the page needs no token, finds its way by itself, and keeps only what is named by its content', async () => {
  const { app } = openHouse({ dashboardDir: await builtPage() }).server;
  const get = (path: string) => app.request(path);
  for (const path of ['/', '/agents', '/runs/run_1']) {
    const answer = await get(path);
    expect([answer.status, answer.headers.get('cache-control')]).toEqual([200, 'no-store']);
    expect(await answer.text()).toContain('<title>fusion-kit</title>');
    expect(answer.headers.get('content-security-policy')).toMatch(/script-src 'self';/);
  }
  const asset = await get('/assets/app-1a2b3c.js');
  expect(asset.headers.get('cache-control')).toBe('public, max-age=31536000, immutable');
  expect(asset.headers.get('content-type')).toMatch(/javascript/);
  expect((await get('/icon.svg')).headers.get('cache-control')).toBe('no-store');
});

test('a missing file, the API and other methods are not answered by the page', async () => {
  const house = openHouse({ dashboardDir: await builtPage() });
  expect(await house.refusal('GET', '/assets/gone.js')).toMatchObject({ status: 404, code: 'route_unknown' });
  expect(await house.refusal('GET', '/api/v2/agents')).toMatchObject({ status: 404, code: 'route_unknown' });
  expect(await house.refusal('GET', 'nothing')).toMatchObject({ status: 404, code: 'route_unknown' });
  expect(await house.refusal('GET', '/ws/nothing')).toMatchObject({ status: 404, code: 'route_unknown' });
  expect(await house.refusal('POST', '/agents')).toMatchObject({ status: 404, code: 'route_unknown' });
});

test.each([
  '/../secret.txt',
  '/%2e%2e/secret.txt',
  '/..%2fsecret.txt',
  '/assets/..%2f..%2fsecret.txt',
  '/%252e%252e/secret.txt',
])('%s leads nowhere', async (path) => {
  const { app } = openHouse({ dashboardDir: await builtPage() }).server;
  const answer = await app.request(path);
  expect(await answer.text()).not.toContain('not for the page');
  expect(answer.status).toBe(404);
});

test('without a built page only the API is served', async () => {
  expect(await openHouse().refusal('GET', '/')).toMatchObject({ status: 404, code: 'route_unknown' });
});
