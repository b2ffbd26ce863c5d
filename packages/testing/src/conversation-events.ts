import type { RuntimeEvent } from '@fusion-kit/domain/ports/runtime';
import { messageId } from './turn-bench.ts';

type ToolCall = Omit<Extract<RuntimeEvent, { type: 'tool.called' }>, 'type'>;

// Conversations, written short.

export const opened: RuntimeEvent = { type: 'turn.opened', system: 'You are ada.', prompt: 'Task: notes' };

export const told = (text: string, ...ids: number[]): RuntimeEvent => ({
  type: 'turn.told',
  text,
  messageIds: ids.map(messageId),
});

export const answered = (text: string, ...calls: ToolCall[]): RuntimeEvent => ({
  type: 'step.answered',
  step: 1,
  text,
  calls,
  finishReason: 'stop',
});

export const call = (callId: string, tool = 'shell', input = '{"command":"true"}'): ToolCall => ({
  callId,
  tool,
  input,
});

export const called = (one: ToolCall): RuntimeEvent => ({ type: 'tool.called', ...one });

export const returned = ({ callId, tool }: ToolCall, output = 'fine', isError = false): RuntimeEvent => ({
  type: 'tool.returned',
  callId,
  tool,
  output,
  isError,
  durationMs: 1,
});

/** A step that calls a tool once and is given its result. */
export function stepOf(
  step: number,
  output: string,
  { input = `{"command":"${step}"}`, tokens = 0 } = {},
): RuntimeEvent[] {
  const one = call(`call_${step}`, 'shell', input);
  const answer = { ...answered(`Step ${step}.`, one), step, ...(tokens > 0 && { tokens }) };
  return [answer, called(one), returned(one, output)];
}
