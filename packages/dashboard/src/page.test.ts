import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { CHROMIUM } from '@fusion-kit/testing/chromium';
import { type Browser, chromium, type Locator, type Page } from 'playwright-core';
import { build } from 'vite';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { demoRecording } from '../dev/recording.ts';
import { kindsRecording } from '../dev/recording-kinds.ts';
import { wideRecording } from '../dev/recording-wide.ts';
import { type Replay, replayServer, SERVER_REASON } from '../dev/replay-server.ts';

const START = 40;
const LOG = demoRecording(Date.now() - 60_000);
const RELEASE = kindsRecording(Date.now() - 3 * 3_600_000 - 200_000);

let dist: string;
let browser: Browser;
let replay: Replay;
let page: Page;
const complaints: string[] = [];

beforeAll(async () => {
  dist = await mkdtemp(join(tmpdir(), 'fusion-kit-page-'));
  const root = fileURLToPath(new URL('..', import.meta.url));
  await build({ root, logLevel: 'error', build: { outDir: dist, emptyOutDir: true } });
  browser = await chromium.launch(CHROMIUM);
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

/** A page of its own on a release under way; `fixed`: nothing can be changed there. */
async function onRelease(
  path: string,
  use: (page: Page, replay: Replay) => Promise<void>,
  fixed = false,
): Promise<void> {
  const { entries, underWay, definition } = RELEASE;
  const server = await replayServer({ dist, entries, start: underWay, token: 'right', ...(!fixed && { definition }) });
  const own = await browser.newPage({ viewport: { width: 1440, height: 900 } });
  own.on('pageerror', (error) => complaints.push(error.message));
  try {
    await own.goto(`${server.url}${path}#token=right`);
    await use(own, server);
    expect(complaints).toEqual([]);
  } finally {
    await own.close();
    await server.close();
  }
}
const taskId = (node: string): string => {
  const made = RELEASE.entries.find(({ event }) => event.type === 'task.created' && event.spec.node === node);
  return made?.event.type === 'task.created' ? made.event.taskId : '';
};
const gone = (what: Locator) => what.waitFor({ state: 'detached' });

it('tells the kinds of nodes apart, and draws what runs inside one when asked to', () =>
  onRelease('/run', async (release) => {
    await release.getByRole('button', { name: 'Show the whole graph' }).click();
    const kinds = {
      survey: 'agent',
      database: 'command',
      risky: 'condition',
      'sign-off': 'approval',
      migrate: 'map',
      repair: 'loop',
      notes: 'sub-workflow',
      together: 'join',
    };
    for (const [node, kind] of Object.entries(kinds))
      await release.getByTestId(`task-${node}`).getByText(kind, { exact: true }).waitFor();
    for (const [node, word] of Object.entries({
      'sign-off': 'needs an answer',
      audit: 'stalled',
      glance: 'skipped',
      measure: 'failed',
    }))
      await release.getByTestId(`task-${node}`).getByText(word, { exact: true }).waitFor();
    const said = await release.getByTestId('edge-label').allTextContents();
    expect(said.toSorted()).toEqual([
      'false',
      'if failed',
      'if failed',
      'or failed',
      'or skipped',
      'or skipped',
      'true',
    ]);

    const inside = release.getByTestId('inside-migrate');
    expect(await inside.textContent()).toBe('3 of 7 · 2 at work');
    expect(await release.getByTestId('task-migrate[5]/move').count()).toBe(0);
    await inside.focus();
    await release.keyboard.press('Enter');
    await release.getByTestId('task-migrate[5]/move').getByLabel('taken over from builder-oak').waitFor();
    await release.getByTestId('task-migrate').getByText('item 4 · src/basket.ts').waitFor();
    await inside.focus();
    await release.keyboard.press('Enter');
    await gone(release.getByTestId('task-migrate[5]/move'));
    expect(new URL(release.url()).search).toBe(''); // no drawer was opened by it
  }));

it('shows what waits for a person first, and has the first approval answered by keys alone', () =>
  onRelease('/', async (release, server) => {
    const strip = release.getByTestId('inbox-strip');
    await strip.getByText('Sign off the plan').waitFor();
    expect(await release.getByTestId('inbox-count').textContent()).toContain('3');
    await release.keyboard.press('g');
    await release.keyboard.press('i');
    const card = release.getByTestId('inbox-sign-off');
    await card.getByText('Shall 4.2.0 be built from this plan?').waitFor();
    await card.getByText('then “Not this time” is taken').waitFor();
    await release.keyboard.press('1');
    await gone(card);
    expect(server.asked).toEqual([
      { method: 'PATCH', path: `/tasks/${taskId('sign-off')}`, body: { action: 'answer', option: 'approve' } },
    ]);
    expect(await release.getByTestId('inbox-count').textContent()).toContain('2');
    const focused = () => release.locator(':focus').getAttribute('data-testid');
    expect(await focused()).toBe('inbox-migrate[4]/move');
    await release.keyboard.press('j');
    expect(await focused()).toBe('inbox-audit');
  }));

it('waits for nobody about a failure that a node is there for; a refusal that none is there for stays', () =>
  onRelease('/inbox', async (release) => {
    const signOff = release.locator('[data-testid="inbox-sign-off"]');
    await signOff.getByRole('button', { name: 'Reject' }).click();
    await release.locator('[data-testid="inbox-sign-off"][data-kind="failure"]').waitFor();
    await signOff.getByRole('button', { name: 'Run again from there' }).waitFor();
    const kinds = await release
      .locator('[data-inbox-place]')
      .evaluateAll((cards) => cards.map((card) => card.getAttribute('data-testid')));
    expect(kinds).toEqual(['inbox-migrate[4]/move', 'inbox-audit', 'inbox-sign-off']);
  }));

it('answers what an agent asks by a key, and the task and its conversation show it', () =>
  onRelease('/inbox', async (release, server) => {
    const card = release.getByTestId('inbox-migrate[4]/move');
    await card.getByText('Which of them shall hold?').waitFor();
    await card.getByRole('textbox', { name: 'Your name' }).fill('Ada');
    await card.focus();
    await release.keyboard.press('2');
    await gone(card);
    expect(server.asked[0]?.body).toMatchObject({ action: 'reply', option: 'line', by: 'Ada' });
    await release.goto(`${server.url}/run?task=${taskId('migrate[4]/move')}#token=right`);
    const drawer = release.getByTestId('task-drawer');
    await drawer.getByText('Round the sum · Round each line').waitFor();
    await drawer.getByText('Ada answered: Round each line').waitFor();
  }));

it('answers in words of its own from the drawer of the task', () =>
  onRelease(`/run?task=${taskId('migrate[4]/move')}`, async (release, server) => {
    const drawer = release.getByTestId('task-drawer');
    await drawer.getByText('needs an answer').waitFor();
    await drawer.getByRole('textbox', { name: 'Your answer' }).fill('As the invoices do.');
    await drawer.getByRole('button', { name: 'Send' }).click();
    await gone(drawer.getByTestId('question'));
    expect(server.asked[0]?.body).toMatchObject({ action: 'reply', text: 'As the invoices do.' });
  }));

it('sends comment and name with an answer, and says what the server refused while the question stays', () =>
  onRelease(
    '/inbox',
    async (release, server) => {
      const card = release.getByTestId('inbox-sign-off');
      await card.getByRole('textbox', { name: 'Comment' }).fill('Mind the invoices.');
      await card.getByRole('textbox', { name: 'Your name' }).fill('Ada');
      await card.getByRole('button', { name: 'Reject' }).click();
      const told = card.getByRole('alert');
      await told.getByText('this is a recording').waitFor();
      await told.getByText('Look at the present state first').waitFor();
      expect(await card.getByRole('button', { name: 'Approve' }).isEnabled()).toBe(true);
      expect(server.asked[0]?.body).toEqual({
        action: 'answer',
        option: 'reject',
        comment: 'Mind the invoices.',
        by: 'Ada',
      });
    },
    true,
  ));

it('starts a stalled task again from the inbox', () =>
  onRelease('/inbox', async (release, server) => {
    const card = release.getByTestId('inbox-audit');
    await card.getByText('whether its process is alive cannot be told').waitFor();
    await card.getByRole('button', { name: 'Start again' }).click();
    await gone(card);
    expect(server.asked[0]?.body).toEqual({ action: 'restart' });
  }));

it('runs again from a failure with another input, and shows what the new run kept and from where', () =>
  onRelease(`/run?task=${taskId('measure')}`, async (release, server) => {
    await release.getByRole('button', { name: 'Run again from here' }).click();
    const form = release.getByRole('dialog').last();
    await form.getByText('It does 11 tasks anew and keeps the results of 4 tasks.').waitFor();
    await form.getByRole('textbox', { name: 'version' }).fill('4.2.1');
    await form.getByRole('button', { name: 'Start the run' }).click();
    await release.getByTestId('forked-from').getByText('goes on from release, from measure on').waitFor();
    await release.getByTestId('task-survey').getByText('kept', { exact: true }).waitFor();
    await release.getByTestId('task-survey').getByText('from release').waitFor();
    expect(server.asked[0]?.body).toEqual({ node: 'measure', inputs: { version: '4.2.1' } });
    await release.getByTestId('forked-from').getByRole('button', { name: 'release' }).click();
    await release.getByText('until its deadline').waitFor();
    await release.getByText('at most 6 at once').waitFor();
    await gone(release.getByTestId('forked-from'));
  }));

it('answers in the drawer; a release that was stopped there is run again from what is left', () =>
  onRelease(`/run?task=${taskId('sign-off')}`, async (release, server) => {
    const drawer = release.getByRole('dialog', { name: 'Sign off the plan' });
    await drawer.locator('[role="group"]:focus').waitFor();
    await release.keyboard.press('4');
    await release.getByText('Cancel the whole run?').waitFor();
    await release.keyboard.press('1'); // while it is asked once more, keys answer nothing else
    expect(server.asked).toEqual([]);
    await release.getByRole('button', { name: 'Stop the release' }).last().click();
    await release.locator('[data-testid="run-state"][data-state="cancelled"]').waitFor();
    await release.keyboard.press('Escape');
    await release.getByRole('button', { name: 'Run again what did not complete' }).click();
    await release.getByRole('dialog').getByRole('button', { name: 'Start the run' }).click();
    await gone(release.getByRole('dialog'));
    expect(server.asked.at(-1)).toMatchObject({ path: expect.stringMatching(/fork$/), body: { inputs: {} } });
  }));

it('tells in the drawer what the server knows, what was opened, and what a receipt is worth', () =>
  onRelease(`/run?task=${taskId('migrate')}`, async (release, server) => {
    const drawer = release.getByRole('dialog');
    await drawer.getByText('item 3 · src/invoice/lines.ts').waitFor();
    await drawer.getByRole('button', { name: 'Move the module' }).nth(1).click();
    await drawer.getByText('1 file lies outside what the task was to write.').waitFor();
    await drawer.getByRole('button', { name: 'Run again from migrate' }).waitFor();
    const look = (node: string) => release.goto(`${server.url}/run?task=${taskId(node)}`);
    await look('migrate[4]/move');
    await drawer.getByText('up to 2 more, 2.0 s apart and growing, after timeout, verification').waitFor();
    await look('database');
    await drawer.getByText('files that the task names have changed; no command says that they are right').waitFor();
    await look('survey');
    await drawer.getByText('only the agent says that it is done').waitFor();
    await look('announce');
    await drawer.getByText("inputs.announce == 'yes'").waitFor();
    await drawer.getByTestId('waiting-for').getByText(SERVER_REASON).waitFor();
    await drawer.getByRole('button', { name: 'Skip' }).click();
    await release.getByRole('button', { name: 'Skip the task' }).click();
    await drawer.getByText('skipped by a person').waitFor();
    expect(server.asked.map(({ body }) => body)).toEqual([{ action: 'skip' }]);
  }));

it('shows a workflow with its versions and nodes, and starts it with inputs', () =>
  onRelease('/workflows', async (release, server) => {
    await release.getByTestId('node-migrate/lint').getByText('$ npx eslint ${{ item }}').waitFor();
    await release.getByTestId('node-glance').getByText('after risky (if skipped)').waitFor();
    await release.getByRole('button', { name: 'v3 mika' }).waitFor();
    await release.getByRole('button', { name: 'Start a run' }).click();
    const form = release.getByRole('dialog');
    await form.getByRole('textbox', { name: 'version' }).fill('5.0.0');
    await form.getByRole('button', { name: 'Start the run' }).click();
    await release.waitForURL(/\/run\?run=run_/);
    expect(server.asked[0]?.body).toEqual({ inputs: { version: '5.0.0' } });
    await release.goto(`${server.url}/workflows`);
    await release.getByRole('button', { name: 'v2 ada' }).click();
    await release.getByText('v2 of 3').waitFor();
    await gone(release.getByRole('button', { name: 'Start a run' }));
  }));

it('lists the tasks of a graph that is too large to be drawn', async () => {
  const entries = wideRecording(Date.now(), 2_000, 100);
  const server = await replayServer({ dist, entries, start: entries.length, token: 'right' });
  const own = await browser.newPage();
  await own.goto(`${server.url}/#token=right`);
  await own.getByText('2,000 tasks are too many to draw').waitFor();
  await own.getByTestId('task-row-step-0').waitFor();
  expect(await own.locator('.react-flow').count()).toBe(0);
  await own.close();
  await server.close();
});
