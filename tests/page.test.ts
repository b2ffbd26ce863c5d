import { cp, readFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { type Browser, chromium, type Page } from 'playwright-core';
import { CHROMIUM } from '@fusion-kit/testing/chromium';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { git, type RealServer, ROOT, scratch, startServer } from './real-server.ts';

let browser: Browser;
let page: Page;
let server: RealServer;
let home: Awaited<ReturnType<typeof scratch>>;
let project: Awaited<ReturnType<typeof scratch>>;

beforeAll(async () => {
  browser = await chromium.launch(CHROMIUM);
  home = await scratch('page');
  project = await scratch('price-list');
  await cp(join(ROOT, 'examples/price-list'), project.path, { recursive: true });
  git(project.path, 'init', '--quiet');
  git(project.path, 'add', '--all');
  git(
    project.path,
    '-c',
    'user.name=Mia',
    '-c',
    'user.email=mia@example.invalid',
    'commit',
    '--quiet',
    '--message',
    'Begin',
  );
});

afterAll(async () => {
  await browser?.close();
  await server?.stop();
  await home?.remove();
  await project?.remove();
});

const freePort = (): Promise<number> =>
  new Promise((resolve) => {
    const probe = createServer().listen(0, '127.0.0.1', () => {
      const address = probe.address();
      probe.close(() => resolve(typeof address === 'object' && address ? address.port : 0));
    });
  });

type Handle = Record<'seq' | 'applied' | 'from', () => number>;
const handle = () =>
  page.evaluate(() => {
    const { seq, applied, from } = (globalThis as unknown as { __fusionKit: Handle }).__fusionKit;
    return { seq: seq(), applied: applied(), from: from() };
  });
const shows = (testId: string, state: string) =>
  page.locator(`[data-testid="${testId}"][data-state="${state}"]`).first().waitFor();

it(
  'shows a run from its plan to its landing without a reload, through a crash and restart of the server, every event once',
  { timeout: 180_000 },
  async () => {
    const port = await freePort();
    const start = () => startServer({ home: home.path, port });
    server = await start();
    page = await browser.newPage({ viewport: { width: 1440, height: 900 } });
    const broken: string[] = [];
    page.on('pageerror', (error) => broken.push(error.message));
    let loads = 0;
    page.on('load', () => (loads += 1));
    await page.goto(`${server.url}/#token=${server.token}`);
    await shows('connection', 'live');
    expect(page.url()).not.toContain(server.token); // it left the address bar

    const { id } = await server.call<{ id: string }>('POST', '/projects', { path: project.path });
    const source = await readFile(join(ROOT, 'examples/price-list.workflow.yaml'), 'utf8');
    const workflow = await server.call<{ id: string }>('POST', '/workflows', { project: id, source });
    await server.call('POST', `/workflows/${workflow.id}/start`, { provider: 'scripted' });

    await shows('run-state', 'running');
    await shows('task-plan', 'running');
    await shows('agent-lead', 'working');
    await shows('task-plan', 'completed');
    await shows('task-discount', 'running');
    await shows('task-receipt', 'running');
    await page.locator('[data-testid="message-row"]', { hasText: 'Rounding' }).first().waitFor();

    await server.kill();
    await shows('connection', 'reconnecting');
    server = await start();
    await shows('connection', 'live');
    await shows('task-discount', 'completed');
    await shows('task-review', 'running');
    await shows('run-state', 'completed');
    await shows('task-review', 'completed');

    const { seq: head } = await server.call<{ seq: number }>('GET', '/snapshot');
    await page.waitForFunction(
      (last) => (globalThis as unknown as { __fusionKit: Handle }).__fusionKit.seq() >= last,
      head,
    );
    const { seq, applied, from } = await handle();
    expect(seq).toBe(head);
    expect(applied).toBe(seq - from); // none missing, none doubled
    expect(loads).toBe(1);
    expect(broken).toEqual([]);
  },
);
