import type { Delta, RuntimeEvent } from '@fusion-kit/domain/ports/runtime';
import { describe, expect, it } from 'vitest';
import { claimOf, outputsIn } from './claim.ts';
import { diffText } from './call-texts.ts';
import { answerOf } from './permission.ts';
import { Scribe } from './scribe.ts';
import { SessionUpdate } from './session-update.ts';
import { tokensOf } from './usage.ts';

/** What is written of updates as a program sends them, but for how long calls took. */
function written(updates: readonly object[], history: readonly RuntimeEvent[] = []) {
  const items: (RuntimeEvent | Delta)[] = [];
  const scribe = new Scribe(history, (item) => items.push(item));
  for (const update of updates) {
    const read = SessionUpdate.safeParse(update);
    if (read.success) scribe.see(read.data);
  }
  scribe.ended('end_turn');
  return items.map((item) => ('durationMs' in item ? { ...item, durationMs: 0 } : item));
}
const call = (id: string, more: object = {}) => ({
  sessionUpdate: 'tool_call',
  toolCallId: id,
  title: 'Look',
  ...more,
});
const update = (id: string, more: object = {}) => ({ sessionUpdate: 'tool_call_update', toolCallId: id, ...more });
const text = (words: string) => ({ sessionUpdate: 'agent_message_chunk', content: { type: 'text', text: words } });
const types = (items: readonly { type: string }[]) => items.map(({ type }) => type);
const returned = (items: ReturnType<typeof written>) =>
  items.flatMap((item) => (item.type === 'tool.returned' ? [`${item.callId} ${item.tool}: ${item.output}`] : []));

describe('what programs tell of their calls', () => {
  it('is told once, with all that a call is given, however it is told in parts', () => {
    const items = written([
      call('a', { name: 'Write', rawInput: {}, status: 'pending' }),
      update('a', { rawInput: { path: 'x' } }),
      update('a', { rawInput: { path: 'x', content: 'y' }, content: [{ type: 'diff', path: 'x', newText: 'y' }] }),
      { sessionUpdate: 'usage_update', used: 1, size: 2 },
      update('a', { status: 'completed', rawOutput: 'fine' }),
      update('a', { status: 'completed', rawOutput: 'said again' }),
    ]);
    const told = { callId: 'a', tool: 'Write', input: '{"path":"x","content":"y"}' };
    expect(items).toEqual([
      { type: 'step.answered', step: 1, text: '', calls: [told], finishReason: 'tool_calls' },
      { type: 'tool.called', ...told },
      expect.objectContaining({ type: 'tool.returned', output: 'new file x at line 1\n+y', isError: false }),
      { type: 'step.answered', step: 2, text: '', calls: [], finishReason: 'end_turn' },
    ]);
  });

  it('is one step for calls side by side, and another for what follows them', () => {
    const items = written([
      text('Both.'),
      call('a', { status: 'in_progress' }),
      call('b', { status: 'in_progress' }),
      update('b', { status: 'completed' }),
      update('a', { status: 'failed' }),
      text('Then one.'),
      call('c', { status: 'in_progress' }),
    ]);
    expect(items.flatMap((item) => (item.type === 'step.answered' ? [item.text] : []))).toEqual([
      'Both.',
      'Then one.',
      '',
    ]);
    expect(items.find((item) => item.type === 'tool.returned' && item.callId === 'c')).toMatchObject({ isError: true });
  });

  it('is read of those that only update, and of tools that others serve', () => {
    const content = [{ type: 'content', content: { type: 'text', text: 'seen' } }];
    expect(returned(written([update('a', { kind: 'read', status: 'completed', content })]))).toEqual(['a read: seen']);
    const served = written([
      call('m', {
        kind: 'execute',
        status: 'in_progress',
        rawInput: { server: 'fusion', tool: 'fusion_team', arguments: {} },
      }),
      update('m', {
        status: 'completed',
        rawOutput: { result: { content: [{ type: 'text', text: 'bob' }] }, error: null },
      }),
    ]);
    expect(returned(served)).toEqual(['m mcp__fusion__fusion_team: bob']);
    const prints = (data: string) => update('c', { _meta: { terminal_output_delta: { terminal_id: 'c', data } } });
    const terminal = [{ type: 'terminal', terminalId: 'c' }];
    const ran = call('c', { name: 'exec_command', status: 'in_progress', content: terminal });
    const printed = written([ran, prints('one\n'), prints('two'), update('c', { status: 'completed' })]);
    expect(returned(printed)).toEqual(['c exec_command: one\ntwo']);
  });

  it('keeps calls apart that have an id of another session', () => {
    const before: RuntimeEvent = { type: 'tool.called', callId: 'a', tool: 'Look', input: '{}' };
    expect(returned(written([call('a', { status: 'completed' })], [before]))).toEqual(['a_2 Look: ']);
  });

  it('is passed over where it is of a kind that nobody knows', () => {
    expect(types(written([{ sessionUpdate: 'dream' }, { sessionUpdate: 'tool_call' }, text('')]))).toEqual([
      'step.answered',
    ]);
  });

  it('is bounded', () => {
    const entries = Array.from({ length: 100 }, () => ({ content: '\u0001'.repeat(400), status: 'dreaming' }));
    const [plan] = written([{ sessionUpdate: 'plan', entries }]);
    expect(plan).toMatchObject({ type: 'plan.updated', entries: expect.objectContaining({ length: 40 }) });
    expect(JSON.stringify(plan).length).toBeLessThan(15_500);
    const long = written([
      call('a', { status: 'completed', rawOutput: 'x'.repeat(100_000) }),
      text('y'.repeat(500_000)),
    ]);
    for (const item of long.filter(({ type }) => type !== 'delta'))
      expect(JSON.stringify(item).length).toBeLessThan(120_000);
  });
});

it('a change is shown as the lines that went and came, with little around them', () => {
  const lines = (...changed: string[]) => ['1', '2', '3', ...changed, '5', '6', '7'].join('\n');
  expect(diffText({ path: 'a', oldText: lines('4'), newText: lines('four', 'and') })).toBe(
    'changed a at line 4\n 2\n 3\n-4\n+four\n+and\n 5\n 6',
  );
});

describe('a claim', () => {
  const work = {
    kind: 'agent',
    prompt: '',
    outputs: ['a', 'b'],
    verify: [],
    expectsChanges: false,
    maxSteps: 1,
  } as const;
  const said = (words: string): RuntimeEvent => ({
    type: 'step.answered',
    step: 1,
    text: words,
    calls: [],
    finishReason: 'end_turn',
  });
  const block = (json: string) => `Done.\n\`\`\`outputs\n${json}\n\`\`\``;

  it('is the last words, and the outputs of all blocks and tools, the later ones before the others', () => {
    const history = [said(block('{"a":"1","b":{"n":[2]}}')), said(block('{"a":"3"}'))];
    const asked = { ...work, outputs: [...work.outputs], verify: [] };
    expect(claimOf(history, asked)).toEqual({ summary: 'Done.', outputs: { a: '3', b: '{"n":[2]}' }, missing: [] });
    expect(claimOf(history.slice(1), asked, { a: '4', summary: 'told' })).toEqual({
      summary: 'told',
      outputs: { a: '4' },
      missing: ['b'],
    });
  });

  it('has no outputs where a block cannot be read', () => {
    expect([block('{"a":'), block('[1]'), '```json\n{"a":"1"}\n```'].map(outputsIn)).toEqual([
      undefined,
      undefined,
      undefined,
    ]);
  });
});

it('tokens are counted with those of caches, whichever way a program tells them', () => {
  const end = (usage: object) => tokensOf({ stopReason: 'end_turn', usage: usage as never });
  const beside = { totalTokens: 120, inputTokens: 10, cachedReadTokens: 80, cachedWriteTokens: 10, outputTokens: 20 };
  expect(end(beside)).toEqual({ inputTokens: 100, outputTokens: 20 });
  expect(end({ totalTokens: 120, inputTokens: 100, cachedReadTokens: 80, outputTokens: 20 })).toEqual({
    inputTokens: 100,
    outputTokens: 20,
  });
  const quota = { token_count: { input_tokens: 7, output_tokens: 3 } };
  expect(tokensOf({ stopReason: 'end_turn', _meta: { quota } })).toEqual({ inputTokens: 7, outputTokens: 3 });
  expect(tokensOf({ stopReason: 'end_turn' })).toBeUndefined();
});

it('permission is given for once where that is offered, by the kind of an option and not its name', () => {
  const option = (kind: string) => ({ optionId: `id of ${kind}`, name: 'Whatever', kind });
  const chosen = (policy: 'allow' | 'deny', ...kinds: string[]) => answerOf({ options: kinds.map(option) }, policy);
  expect(chosen('allow', 'allow_always', 'reject_once', 'allow_once')).toMatchObject({ optionId: 'id of allow_once' });
  expect(chosen('allow', 'reject_once', 'allow_always')).toMatchObject({ optionId: 'id of allow_always' });
  expect(chosen('deny', 'allow_once', 'reject_always')).toMatchObject({ optionId: 'id of reject_always' });
  expect(chosen('deny', 'allow_once')).toEqual({ outcome: 'cancelled' });
});
