import { messageId } from '@fusion-kit/testing/turn-bench';
import { describe, expect, it } from 'vitest';
import { systemPrompt, taskPrompt, toldPrompt } from './prompt.ts';

const agent = {
  name: 'ada',
  runtime: 'model-loop',
  capabilities: ['typescript'],
  subscriptions: [],
  instructions: 'Prefer small steps.',
  budget: {},
};
const work = {
  kind: 'agent' as const,
  prompt: 'Do it.',
  outputs: ['answer'],
  verify: ['npm test'],
  expectsChanges: true,
  maxSteps: 5,
};
const asked = {
  agent,
  title: 'Fix the sum',
  work,
  inputs: { plan: 'first this' },
  team: [
    { name: 'ada', capabilities: [] },
    { name: 'grace', capabilities: ['review'] },
  ],
};

describe('the prompts', () => {
  it('say who the agent is and who else there is', () => {
    const system = systemPrompt(asked);
    expect(system).toMatch(
      /^You are ada,.*You are good at: typescript\.\n\nPrefer small steps\.\n\nYour team:\n- grace \(review\)\n/,
    );
    expect(system).not.toContain('- ada');
    expect(systemPrompt({ ...asked, team: [] })).not.toContain('Your team');
    expect(systemPrompt({ ...asked, teamGoesOn: true })).toContain('- grace (review)\n- and more');
  });

  it('give the task, its inputs and what is expected at the end', () => {
    expect(taskPrompt(asked)).toBe(
      [
        'Task: Fix the sum',
        'Do it.',
        'Input plan:\nfirst this',
        'Give these outputs to finish:\n- answer',
        'fusion-kit will verify your work with:\n- npm test',
        'The task is done only when files have changed.',
      ].join('\n\n'),
    );
  });

  it('say what the text of an output must be, and where files may change', () => {
    const schema = { type: 'object', required: ['total'] };
    const prompt = taskPrompt({
      ...asked,
      work: { ...work, outputSchemas: { answer: schema }, files: ['src/sum.js'], writes: ['src/**'] },
    });
    expect(prompt).toContain(
      'Give these outputs to finish:\n- answer: JSON text, nothing before or after it, that keeps to {"type":"object","required":["total"]}\n',
    );
    expect(prompt).toContain('at least one of these has changed:\n- src/sum.js');
    expect(prompt).toContain('nowhere else:\n- src/**');
  });

  it('say who sent a message, and where', () => {
    expect(toldPrompt([{ id: messageId(1), from: 'grace', topic: 'review.done', text: 'looks good' }])).toBe(
      'Message from grace on review.done:\nlooks good',
    );
  });
});
