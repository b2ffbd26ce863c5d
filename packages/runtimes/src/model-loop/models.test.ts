import { benchesOfSuite, inOrder, running } from '@fusion-kit/testing/runtime-script';
import { drive } from '@fusion-kit/testing/runtime-bench';
import type { ChatAnswer } from '@fusion-kit/testing/loopback-model';
import { describe, expect, it } from 'vitest';
import { modelLoop } from './model-loop.ts';

describe.each(['openrouter', 'openai-compatible'] as const)('an endpoint that speaks %s', (protocol) => {
  const bench = benchesOfSuite();
  const runWith = async (...answers: ChatAnswer[]) => {
    const { turn, model, fileText } = await bench(inOrder(...answers));
    const endpoint = { provider: 'loopback', protocol, baseUrl: model.baseUrl, model: 'canned', fetch };
    const driven = await drive(modelLoop(), { ...turn, model: endpoint });
    return { ...driven, model, fileText };
  };

  it('is asked for the named model with every tool, and never with a real key', async () => {
    const { model } = await runWith();
    const [request] = model.requests;
    expect(request).toMatchObject({ model: 'canned', headers: { authorization: 'Bearer held-by-fusion-kit' } });
    expect(request?.tools).toEqual([
      'read_file',
      'write_file',
      'edit_file',
      'list_files',
      'search',
      'shell',
      'send_message',
      'ask_person',
      'finish',
    ]);
  });

  it('does work over several steps', async () => {
    const { fileText, deltas } = await runWith({ text: 'I begin now.', ...running('echo hello > a.txt') });
    expect(fileText('a.txt')).toBe('hello\n');
    expect(deltas.join('')).toBe('I begin now.');
  });

  it.each<{ why: string; answer: ChatAnswer }>([
    { why: 'is cut off in a tool call', answer: { stopInCall: { tool: 'shell', input: { command: 'touch wrong' } } } },
    { why: 'breaks inside the stream', answer: { brokenBy: { code: 502, message: 'upstream fell over' } } },
    { why: 'loses its connection', answer: { cutAfter: 'I was' } },
  ])('is asked again when its answer $why', async ({ answer }) => {
    const { events, model, fileText } = await runWith(answer);
    expect(model.requests).toHaveLength(2);
    expect(events.filter((event) => event.type === 'step.answered')).toHaveLength(1);
    expect(fileText('wrong')).toBeUndefined();
  });
});
