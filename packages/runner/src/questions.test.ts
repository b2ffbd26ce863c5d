import type { AskedQuestion, PersonsAnswer } from '@fusion-kit/domain/ports/runtime';
import { preview } from '@fusion-kit/domain/text';
import { sampleId } from '@fusion-kit/testing/journal-samples';
import { engineSide, mapBlobs, runtimeOf, sampleStart, scriptedWorkspaces } from '@fusion-kit/testing/runner-parts';
import { expect, it, onTestFinished } from 'vitest';
import { Runner } from './runner.ts';

const { dispatchId } = sampleStart().caller;
const QUESTION: AskedQuestion = { text: 'May I?', options: [{ id: 'yes', label: 'Yes' }] };
const ID = sampleId('qst', 1);

/** A dispatch whose agent asks and claims what it was answered. */
function asking(ask: (asks: (question: AskedQuestion, signal?: AbortSignal) => Promise<PersonsAnswer>) => unknown) {
  const engine = engineSide((report) => ({ ok: true, ...(report.type === 'question.ask' && { id: ID }) }));
  const runtime = runtimeOf(async function* (turn) {
    yield* [];
    return { summary: JSON.stringify(await ask((question, signal) => turn.ask(question, signal))), outputs: {} };
  });
  const runner = new Runner({
    end: engine.end,
    blobs: mapBlobs(),
    tokens: new Map(),
    runtimes: new Map([['scripted', runtime]]),
    upstream: () => undefined,
    defaultProvider: 'nobody',
    workspacesFor: () => scriptedWorkspaces({}),
    log: () => {},
  });
  onTestFinished(() => runner.close());
  const answer = (said: Partial<PersonsAnswer>) =>
    engine.command({ type: 'dispatch.answer', dispatchId, questionId: ID, answer: { by: 'ada', ...said } });
  const start = (change: object = {}) =>
    engine.command(sampleStart({ work: { ...sampleStart().work, outputs: ['summary'] } as never, ...change }));
  const claimed = async (): Promise<unknown> =>
    JSON.parse(preview((await engine.told('dispatch.proved')).outputs['summary'] ?? 'null'));
  return { engine, answer, start, claimed };
}

it('an agent that asks gets the answer; its time does not pass while it waits', async () => {
  const { engine, answer, start, claimed } = asking((ask) => ask(QUESTION));
  start({ timeoutMs: 50 });
  expect(await engine.told('question.ask')).toMatchObject({ text: 'May I?', options: QUESTION.options });
  await new Promise((resolve) => setTimeout(resolve, 120));
  expect(engine.reports.some(({ type }) => type === 'dispatch.failed')).toBe(false);
  answer({ option: 'yes', text: 'gladly' });
  expect(await claimed()).toEqual({ option: 'yes', text: 'gladly', by: 'ada' });
});

it('an agent that is paused and resumed while it waits still has all the time in the world', async () => {
  const { engine, answer, start, claimed } = asking((ask) => ask(QUESTION));
  start({ timeoutMs: 50 });
  await engine.told('question.ask');
  engine.command({ type: 'dispatch.pause', dispatchId });
  engine.command({ type: 'dispatch.resume', dispatchId });
  await new Promise((resolve) => setTimeout(resolve, 120));
  answer({ option: 'yes' });
  expect(await claimed()).toEqual({ option: 'yes', by: 'ada' });
});

it('all who wait for the same question are answered', async () => {
  const { engine, answer, start, claimed } = asking((ask) => Promise.all([ask(QUESTION), ask(QUESTION)]));
  start();
  await engine.told('question.ask');
  answer({ option: 'yes' });
  expect(await claimed()).toEqual([
    { option: 'yes', by: 'ada' },
    { option: 'yes', by: 'ada' },
  ]);
});

it('an agent that gives up takes its question back', async () => {
  const given = new AbortController();
  const { engine, start, claimed } = asking((ask) =>
    ask(QUESTION, given.signal).catch((reason: unknown) => (reason as Error).message),
  );
  start();
  await engine.told('question.ask');
  given.abort(new Error('I found out'));
  expect(await engine.told('question.close')).toMatchObject({ questionId: ID });
  expect(await claimed()).toBe('I found out');
});

it('a question that cannot be one is refused before anybody is asked', async () => {
  const many = Array.from({ length: 21 }, (_, at) => ({ id: `${at}`, label: 'x' }));
  const long = [{ id: 'x'.repeat(201), label: 'x' }];
  const codes = (ask: (question: AskedQuestion) => Promise<unknown>) =>
    Promise.all([many, long].map((options) => ask({ text: 'Which?', options }).catch((thrown) => thrown.code)));
  const { engine, start, claimed } = asking(codes);
  start();
  expect(await claimed()).toEqual(['question_refused', 'question_refused']);
  expect(engine.reports.some(({ type }) => type === 'question.ask')).toBe(false);
});
