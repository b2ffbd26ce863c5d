import { expect, it } from 'vitest';
import type { Said } from './dialect.ts';
import { READ_LINE } from './dialects.ts';

/** Lines as the programs print them, and what they say: a session, a call and its result, an answer, what was used, what went wrong. */
const LINES: Record<keyof typeof READ_LINE, readonly (readonly [line: unknown, says: readonly Said[]])[]> = {
  claude: [
    [{ type: 'system', subtype: 'init', session_id: 's-1', tools: [] }, [{ says: 'session', session: 's-1' }]],
    [{ type: 'system', subtype: 'status', status: 'requesting' }, []],
    [
      {
        type: 'assistant',
        message: {
          content: [
            { type: 'thinking', thinking: 'Hm.' },
            { type: 'text', text: 'I look.' },
            { type: 'tool_use', id: 't1', name: 'Bash', input: { command: 'ls' } },
          ],
        },
      },
      [
        { says: 'text', text: 'I look.' },
        { says: 'call', id: 't1', tool: 'Bash', input: { command: 'ls' } },
      ],
    ],
    [
      {
        type: 'user',
        message: {
          content: [
            { type: 'text', text: 'what it was told' },
            { type: 'tool_result', tool_use_id: 't1', content: [{ type: 'text', text: 'a.txt' }], is_error: true },
          ],
        },
      },
      [{ says: 'result', id: 't1', output: 'a.txt', isError: true }],
    ],
    [
      {
        type: 'result',
        is_error: false,
        result: 'I look.',
        total_cost_usd: 0.25,
        usage: { input_tokens: 3, cache_read_input_tokens: 4, cache_creation_input_tokens: 5, output_tokens: 6 },
      },
      [{ says: 'usage', inputTokens: 12, outputTokens: 6, costUsd: 0.25 }],
    ],
    [{ type: 'result', is_error: true, subtype: 'error_max_turns' }, [{ says: 'failure', message: 'error_max_turns' }]],
  ],
  codex: [
    [{ type: 'thread.started', thread_id: 't-1' }, [{ says: 'session', session: 't-1' }]],
    [
      { type: 'item.started', item: { id: 'i1', type: 'command_execution', command: 'ls', status: 'in_progress' } },
      [{ says: 'call', id: 'i1', tool: 'shell', input: { command: 'ls' } }],
    ],
    [
      {
        type: 'item.completed',
        item: { id: 'i1', type: 'command_execution', command: 'ls', aggregated_output: 'no', exit_code: 2 },
      },
      [
        { says: 'call', id: 'i1', tool: 'shell', input: { command: 'ls' } },
        { says: 'result', id: 'i1', output: 'exit code 2\nno', isError: true },
      ],
    ],
    [{ type: 'item.completed', item: { id: 'i2', type: 'reasoning', text: 'Hm.' } }, []],
    [
      { type: 'item.completed', item: { id: 'i3', type: 'agent_message', text: 'Done.' } },
      [{ says: 'text', text: 'Done.' }],
    ],
    [
      { type: 'turn.completed', usage: { input_tokens: 9, cached_input_tokens: 4, output_tokens: 2 } },
      [{ says: 'usage', inputTokens: 9, outputTokens: 2, costUsd: null }],
    ],
    [{ type: 'turn.failed', error: { message: 'no quota' } }, [{ says: 'failure', message: 'no quota' }]],
  ],
  gemini: [
    [{ type: 'init', session_id: 'g-1', model: 'm' }, [{ says: 'session', session: 'g-1' }]],
    [{ type: 'message', role: 'user', content: 'what it was told' }, []],
    [{ type: 'message', role: 'assistant', content: 'Do', delta: true }, [{ says: 'text', text: 'Do', piece: true }]],
    [
      { type: 'tool_use', tool_id: 'c1', tool_name: 'run_shell_command', parameters: { command: 'ls' } },
      [{ says: 'call', id: 'c1', tool: 'run_shell_command', input: { command: 'ls' } }],
    ],
    [
      { type: 'tool_result', tool_id: 'c1', status: 'error', error: { message: 'no' } },
      [{ says: 'result', id: 'c1', output: 'no', isError: true }],
    ],
    [
      { type: 'result', status: 'success', stats: { input_tokens: 7, output_tokens: 1 } },
      [{ says: 'usage', inputTokens: 7, outputTokens: 1, costUsd: null }],
    ],
    [{ type: 'result', status: 'error', error: { message: 'cut off' } }, [{ says: 'failure', message: 'cut off' }]],
  ],
  opencode: [
    [{ type: 'step_start', sessionID: 'o-1', part: {} }, [{ says: 'session', session: 'o-1' }]],
    [
      {
        type: 'tool_use',
        part: { tool: 'bash', callID: 'c1', state: { status: 'completed', input: { command: 'ls' }, output: 'a.txt' } },
      },
      [
        { says: 'call', id: 'c1', tool: 'bash', input: { command: 'ls' } },
        { says: 'result', id: 'c1', output: 'a.txt', isError: false },
      ],
    ],
    [{ type: 'text', part: { type: 'text', text: 'Done.' } }, [{ says: 'text', text: 'Done.' }]],
    [
      { type: 'step_finish', part: { tokens: { input: 5, output: 2, reasoning: 1 }, cost: 0.5 } },
      [{ says: 'usage', inputTokens: 5, outputTokens: 3, costUsd: 0.5 }],
    ],
    [
      { type: 'error', error: { name: 'UnknownError', data: { message: 'no model' } } },
      [{ says: 'failure', message: 'no model' }],
    ],
  ],
  copilot: [
    [{ type: 'assistant.message', data: { content: '', toolRequests: [{}] } }, []],
    [
      { type: 'tool.execution_start', data: { toolCallId: 'c1', toolName: 'bash', arguments: { command: 'ls' } } },
      [{ says: 'call', id: 'c1', tool: 'bash', input: { command: 'ls' } }],
    ],
    [
      { type: 'tool.execution_complete', data: { toolCallId: 'c1', success: true, result: { content: 'a.txt' } } },
      [{ says: 'result', id: 'c1', output: 'a.txt', isError: false }],
    ],
    [{ type: 'assistant.message', data: { content: 'Done.' } }, [{ says: 'text', text: 'Done.' }]],
    [{ type: 'result', sessionId: 'p-1', exitCode: 0 }, [{ says: 'session', session: 'p-1' }]],
    [{ type: 'session.error', data: { message: 'no model' } }, [{ says: 'failure', message: 'no model' }]],
  ],
  droid: [
    [{ type: 'system', subtype: 'init', session_id: 'd-1' }, [{ says: 'session', session: 'd-1' }]],
    [
      { type: 'tool_call', id: 'c1', toolName: 'Execute', parameters: { command: 'ls' } },
      [{ says: 'call', id: 'c1', tool: 'Execute', input: { command: 'ls' } }],
    ],
    [
      { type: 'tool_result', id: 'c1', isError: false, value: 'a.txt' },
      [{ says: 'result', id: 'c1', output: 'a.txt', isError: false }],
    ],
    [{ type: 'message', role: 'assistant', text: 'Done.' }, [{ says: 'text', text: 'Done.' }]],
    [
      {
        type: 'completion',
        finalText: 'Done.',
        usage: { input_tokens: 5, output_tokens: 2, cache_read_input_tokens: 1 },
      },
      [{ says: 'usage', inputTokens: 6, outputTokens: 2, costUsd: null }],
    ],
    [{ type: 'error', message: 'no model' }, [{ says: 'failure', message: 'no model' }]],
  ],
};

it.each(Object.entries(LINES))('%s says what it does line by line', (dialect, lines) => {
  const read = READ_LINE[dialect as keyof typeof READ_LINE];
  for (const [line, said] of lines) expect(read(line)).toEqual(said);
});

it.each(Object.entries(READ_LINE))('%s passes over lines that it does not know', (_dialect, read) => {
  for (const line of [null, 7, 'text', [], {}, { type: 'of tomorrow' }, { type: 'result', status: 3, is_error: 'x' }])
    expect(() => read(line)).not.toThrow();
});
