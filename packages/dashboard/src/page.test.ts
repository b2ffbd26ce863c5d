import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type Browser, chromium, type Page } from 'playwright-core';
import { build } from 'vite';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { demoRecording } from '../dev/recording.ts';
import { type Replay, replayServer } from '../dev/replay-server.ts';

const ARGUMENTS = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];
const START = 40;
const LOG = demoRecording(Date.now() - 60_000);

let dist: string;
let browser: Browser;
let replay: Replay;
let page: Page;
const complaints: string[] = [];

beforeAll(async () => {
  dist = await mkdtemp(join(tmpdir(), 'fusion-kit-page-'));
  const root = fileURLToPath(new URL('..', import.meta.url));
  await build({ root, logLevel: 'error', build: { outDir: dist, emptyOutDir: true } });
  browser = await chromium.launch({ executablePath: process.env['CHROMIUM'] ?? '/usr/bin/chromium', args: ARGUMENTS });
  replay = await replayServer({ dist, entries: LOG, start: START, token: 'right', sandbox: 'none' });
  page = await browser.newPage();
  page.on('pageerror', (error) => complaints.push(error.message));
});
afterAll(async () => {
  await browser.close();
  await replay.close();
  await rm(dist, { recursive: true, force: true });
});

const state = (testId: string, wanted: string) =>
  page.locator(`[data-testid="${testId}"][data-state="${wanted}"]`).first().waitFor();
const counted = () =>
  page.evaluate(() => {
    const handle = (globalThis as unknown as { __fusionKit: Record<'seq' | 'applied' | 'from', () => number> })[
      '__fusionKit'
    ];
    return { seq: handle.seq(), applied: handle.applied(), from: handle.from() };
  });
const seen = (seq: number) => page.locator(`[data-testid="event-row"][data-seq="${seq}"]`).first().waitFor();

it('shows a run as it goes, through a restart of the server, with no event missing or doubled', async () => {
  await page.goto(`${replay.url}/#token=right`);
  await state('connection', 'live');
  expect(page.url()).not.toContain('token');
  await page.getByText('Agents are not confined on this machine.').waitFor();
  await state('run-state', 'running');

  const discountDone = LOG.findIndex(({ event }) => event.type === 'task.completed' && event.landed !== undefined) + 1;
  replay.advance(discountDone - START);
  await state('task-discount', 'completed');
  await seen(discountDone);
  expect(await counted()).toEqual({ seq: discountDone, applied: discountDone - START, from: START });

  const port = Number(new URL(replay.url).port);
  await replay.close();
  await state('connection', 'reconnecting');
  replay = await replayServer({ dist, entries: LOG, start: discountDone + 20, token: 'right', port, sandbox: 'none' });
  await state('connection', 'live');
  replay.advance(LOG.length);
  await state('run-state', 'completed');
  await state('task-notes', 'completed');
  await state('agent-planner', 'terminated');
  await seen(LOG.length);
  expect(await counted()).toEqual({ seq: LOG.length, applied: LOG.length - START, from: START });

  const cost = LOG.reduce((sum, { event }) => sum + (event.type === 'model.called' ? (event.costUsd ?? 0) : 0), 0);
  await page
    .getByTestId('kpi-cost')
    .getByText(`$${cost.toFixed(3)}`)
    .waitFor();
  expect(await page.getByTestId('message-row').count()).toBe(
    LOG.filter(({ event }) => event.type === 'message.sent').length,
  );
  expect(complaints).toEqual([]);
});

it('opens a task with its receipt and conversation, and goes around by keyboard', async () => {
  await page.getByTestId('task-discount').click();
  const drawer = page.getByRole('dialog');
  await drawer.getByText('Verified by fusion-kit').waitFor();
  await drawer.getByText('A constant is missing.').waitFor();
  await page.keyboard.press('Escape');
  await drawer.waitFor({ state: 'detached' });
  await page.keyboard.press('g');
  await page.keyboard.press('t');
  await page.getByTestId('task-row-plan').waitFor();
  expect(new URL(page.url()).pathname).toBe('/tasks');
  expect(complaints).toEqual([]);
});

it('shows a refusal of the server with its remedy', async () => {
  await page.goto(`${replay.url}/agents`);
  await page.getByRole('button', { name: 'Spawn', exact: true }).click();
  await page.getByRole('textbox', { name: 'Name' }).fill('helper');
  await page.getByRole('dialog').getByRole('button', { name: 'Spawn' }).click();
  const told = page.getByRole('alert').filter({ hasText: 'this is a recording' });
  await told.waitFor();
  expect(await told.textContent()).toContain('Look at the present state first');
});

it('says how to get the address when the token is wrong', async () => {
  const stranger = await browser.newPage();
  await stranger.goto(`${replay.url}/#token=wrong`);
  await stranger.locator('[data-testid="connection"][data-state="refused"]').waitFor();
  expect(await stranger.getByRole('main').textContent()).toContain('fusion-kit status');
  await stranger.close();
});
