import { fileURLToPath } from 'node:url';
import { API_PREFIX } from '@fusion-kit/domain/api';
import { expect, test } from 'vitest';
import { openHouse } from './test/house.ts';
import { routesOf } from './unknown-route.ts';

interface Document {
  openapi: string;
  paths: Record<string, Record<string, { summary?: string; responses: Record<string, unknown> }>>;
}

/** After a change of the API: `npx vitest run packages/server -u` writes it again. */
const KEPT = fileURLToPath(new URL('../../../docs/openapi.json', import.meta.url));

test('docs/openapi.json is what the server answers', async () => {
  const document = await openHouse().ok<Document>('GET', 'openapi.json');
  expect(document.openapi).toBe('3.1.0');
  await expect(`${JSON.stringify(document, undefined, 2)}\n`).toMatchFileSnapshot(KEPT);
});

test('every route of the app is in the document, and every path of the document is a route', async () => {
  const house = openHouse();
  const { paths } = await house.ok<Document>('GET', 'openapi.json');
  const documented = Object.entries(paths).flatMap(([path, methods]) =>
    Object.keys(methods).map((method) => `${method.toUpperCase()} ${path}`),
  );
  const routes = routesOf(house.server.app).map(
    ({ method, path }) => `${method} ${path.replaceAll(/:(\w+)/g, '{$1}')}`,
  );
  expect(documented.toSorted()).toEqual([...new Set(routes)].toSorted());
  expect(documented).toContain(`PATCH ${API_PREFIX}/agents/{id}`);
});

test('every route has a summary and says how it refuses', async () => {
  const { paths } = await openHouse().ok<Document>('GET', 'openapi.json');
  for (const route of Object.values(paths).flatMap((methods) => Object.values(methods))) {
    expect(route.summary).toMatch(/\.$/);
    expect(route.responses).toHaveProperty('default');
  }
});
