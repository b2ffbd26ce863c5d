import { FusionError } from '@fusion-kit/domain/errors';
import type { AskedQuestion, Turn } from '@fusion-kit/domain/ports/runtime';
import { turnBench } from '@fusion-kit/testing/turn-bench';
import { expect, it, onTestFinished } from 'vitest';
import type { Desk } from '../tool.ts';
import { askPerson } from './ask-person.ts';

async function asking(input: object, ask: Turn['ask']) {
  const bench = await turnBench({}, { ask });
  onTestFinished(() => bench.close());
  const desk = { turn: bench.turn } as Desk; // it works outside of the cage
  return askPerson.run(askPerson.input.parse(input), desk);
}

it('asks with the options there are, and tells who answered what', async () => {
  const asked: AskedQuestion[] = [];
  const input = { question: 'Which of them shall hold?', options: ['the sum', 'each line'] };
  const outcome = await asking(input, async (question) => {
    asked.push(question);
    return { option: 'the sum', text: 'As on paper.', by: 'ada' };
  });
  expect(outcome).toEqual({ output: 'ada answers: the sum\nAs on paper.', isError: false });
  const options = ['the sum', 'each line'].map((label) => ({ id: label, label }));
  expect(asked).toEqual([{ text: 'Which of them shall hold?', options }]);
});

it('tells the model why it may not ask, and ends with what ends the dispatch', async () => {
  const refused = await asking({ question: 'And this?' }, () =>
    Promise.reject(new FusionError('question_refused', 'it has 8 questions that wait')),
  );
  expect(refused).toEqual({ output: 'it has 8 questions that wait', isError: true });
  const stale = asking({ question: 'And this?' }, () => Promise.reject(new FusionError('dispatch_stale', 'over')));
  await expect(stale).rejects.toMatchObject({ code: 'dispatch_stale' });
});
