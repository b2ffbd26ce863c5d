import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as after } from 'node:timers/promises';
import { type Browser, chromium, type Page } from 'playwright-core';
import { CHROMIUM } from '@fusion-kit/testing/chromium';
import { ROOT } from '../tests/real-server.ts';
import { print } from './measure.ts';
import { watch } from '../tests/watch-server.ts';
import { openStage } from './stage.ts';

// From the time an event was decided (its `at`, before it was durable) until a person can see it: a message is posted, and the page of a real browser
// notes the time when its row is in the document and the frame with it was painted. The peer is a bare WebSocket client of the same server, which
// notes when the same event came in. All on one clock, which ticks in milliseconds.

const MESSAGES = 100;
const PAUSE_MS = 40;
const BURSTS = 10;
const BURST = 50;
const AIM_MS = 200;

/** Runs in the page: notes for each text that begins like ours when its row was on the screen. */
function noteRows(): void {
  const shown: Record<string, number> = {};
  Object.assign(globalThis, { shownAt: shown });
  new MutationObserver(() => {
    const fresh: string[] = [];
    for (const row of document.querySelectorAll('[data-testid=message-row] p')) {
      const text = row.textContent ?? '';
      if (text in shown) continue;
      shown[text] = 0;
      fresh.push(text);
    }
    if (fresh.length === 0) return;
    // The task after a frame's callbacks runs once that frame has been painted. A row made by such a callback is noted a frame late, never early.
    requestAnimationFrame(() => {
      const painted = new MessageChannel();
      painted.port1.addEventListener('message', () => {
        for (const text of fresh) shown[text] = Date.now();
      });
      painted.port1.start();
      painted.port2.postMessage(0);
    });
  }).observe(document.body, { subtree: true, childList: true, characterData: true });
}

for (const [path, remedy] of [
  [CHROMIUM.executablePath, 'install Chromium, or name one: CHROMIUM=/path/to/it script/bench browser'],
  [join(ROOT, 'packages/dashboard/dist/index.html'), 'build the dashboard: npm run build'],
] as const)
  if (!existsSync(path)) {
    console.log(`\nbrowser: skipped, ${path} is missing; ${remedy}`);
    process.exit();
  }

const stage = await openStage('browser');
const events = await watch(stage.server);
let browser: Browser | undefined;
try {
  browser = await chromium.launch(CHROMIUM);
  const page: Page = await browser.newPage({ viewport: { width: 1400, height: 900 } });
  await page.goto(`${stage.server.url}/messages#token=${stage.server.token}`);
  await page.locator('[data-testid="connection"][data-state="live"]').first().waitFor();
  await page.evaluate(noteRows);
  const post = (text: string) =>
    stage.server.call('POST', '/messages', { project: stage.projectId, to: { topic: 'bench.note' }, text });

  /** When the page had painted a text. */
  const shownAt = async (text: string): Promise<number> => {
    const shown = await page.waitForFunction(
      (wanted) => (globalThis as unknown as { shownAt: Record<string, number> }).shownAt[wanted],
      text,
    );
    return Number(await shown.jsonValue());
  };
  /** When a text was decided, and when it came in at the bare client. */
  async function cameIn(text: string) {
    const { view, atMs } = await events.seen(({ event }) => event.type === 'message.sent' && event.text === text);
    return { text, seq: view.seq, at: view.at, cameAt: performance.timeOrigin + atMs };
  }
  /** The one of these that came in last. */
  async function newestOf(texts: readonly string[]) {
    const all = await Promise.all(texts.map(cameIn));
    return all.reduce((last, one) => (one.seq > last.seq ? one : last));
  }

  /** Posts texts and tells how long each took to the page and to the bare client. */
  async function measure(texts: readonly string[], pauseMs: number) {
    const posted: Promise<unknown>[] = [];
    for (const text of texts) {
      posted.push(post(text));
      if (pauseMs > 0) await after(pauseMs * (0.5 + Math.random()));
    }
    await Promise.all(posted);
    const toPage: number[] = [];
    const toClient: number[] = [];
    for (const text of texts) {
      const { at, cameAt } = await cameIn(text);
      toPage.push((await shownAt(text)) - at);
      toClient.push(cameAt - at);
    }
    return { toPage, toClient };
  }

  await measure(['warm-up'], 0);
  const { toPage, toClient } = await measure(
    Array.from({ length: MESSAGES }, (_, n) => `note ${n}`),
    PAUSE_MS,
  );
  print({
    claim: 'an event until the page has painted it, one after the other',
    unit: 'ms',
    ours: toPage,
    peer: { name: 'WebSocket', samples: toClient },
    aim: AIM_MS,
    aimAt: 'p95',
  });

  // A list shows the newest of a burst; the others may never be painted.
  const lastOnPage: number[] = [];
  const lastAtClient: number[] = [];
  for (let burst = 0; burst < BURSTS; burst += 1) {
    const texts = Array.from({ length: BURST }, (_, n) => `burst ${burst}, note ${n}`);
    await Promise.all(texts.map(post));
    const newest = await newestOf(texts);
    lastOnPage.push((await shownAt(newest.text)) - newest.at);
    lastAtClient.push(newest.cameAt - newest.at);
  }
  print({
    claim: `the last of ${BURST} messages posted at once until the page has painted it`,
    unit: 'ms',
    ours: lastOnPage,
    peer: { name: 'WebSocket', samples: lastAtClient },
    aim: AIM_MS,
    aimAt: 'p95',
  });
} finally {
  events.close();
  await browser?.close();
  await stage.close();
}
