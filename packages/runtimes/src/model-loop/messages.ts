import type { RuntimeEvent } from '@fusion-kit/domain/ports/runtime';
import type { ModelMessage } from 'ai';
import { jsonObject, ofType, type EventOf, type Step } from './conversation.ts';
import { SO_FAR } from './prompt.ts';
import { bounded } from './tool-host/bounded-text.ts';

/** What is left of a tool result, and of each argument of a call, that was cut short. */
const CUT_MAX = 800;

/** From which step on a conversation is sent: as it is from `cutBefore`, cut short from `foldedBefore`, and before that as `text`. */
export interface Compacted {
  foldedBefore: number;
  text: string | undefined;
  cutBefore: number;
}

/** What is left of a conversation after all that was done to shorten it. Pure. */
export function compactedIn(history: readonly RuntimeEvent[]): Compacted {
  const all = ofType(history, 'turn.compacted');
  const folded = all.findLast((each) => each.text !== undefined);
  return {
    foldedBefore: folded?.before ?? 0,
    text: folded?.text,
    cutBefore: Math.max(0, ...all.map(({ before }) => before)),
  };
}

/** An event with the step it belongs to: what is told belongs to the answer that follows, a tool's result to the one that asked for it. */
export function* withSteps(history: readonly RuntimeEvent[]): Generator<{ event: RuntimeEvent; step: number }> {
  let latest = 0;
  for (const event of history) {
    if (event.type === 'step.answered') latest = event.step;
    yield { event, step: event.type === 'turn.told' ? latest + 1 : latest };
  }
}

/** What the model is sent, without the system prompt. Every call must have its result. Pure. */
export function messagesOf(history: readonly RuntimeEvent[]): ModelMessage[] {
  const { foldedBefore, text, cutBefore } = compactedIn(history);
  const messages: ModelMessage[] = [];
  for (const { event, step } of withSteps(history)) {
    if (event.type === 'turn.opened') {
      messages.push({ role: 'user', content: event.prompt });
      if (text !== undefined) messages.push({ role: 'user', content: `${SO_FAR}\n\n${text}` });
    } else if (step >= foldedBefore) {
      const message = messageOf(step < cutBefore ? cut(event) : event);
      if (message) messages.push(message);
    }
  }
  return messages;
}

function messageOf(event: RuntimeEvent): ModelMessage | undefined {
  switch (event.type) {
    case 'turn.told':
      return { role: 'user', content: event.text };
    case 'step.answered':
      return assistantMessage(event);
    case 'tool.returned':
      return toolMessage(event);
    default: // That a call has begun is for us to know; the model sees its result.
      return undefined;
  }
}

const assistantMessage = ({ text, calls }: Step): ModelMessage => ({
  role: 'assistant',
  content: [
    ...(text === '' ? [] : [{ type: 'text' as const, text }]),
    ...calls.map((call) => ({
      type: 'tool-call' as const,
      toolCallId: call.callId,
      toolName: call.tool,
      input: jsonObject(call.input) ?? { unreadable: call.input },
    })),
  ],
});

const toolMessage = ({ callId, tool, output, isError }: EventOf<'tool.returned'>): ModelMessage => ({
  role: 'tool',
  content: [
    {
      type: 'tool-result',
      toolCallId: callId,
      toolName: tool,
      output: isError ? { type: 'error-text', value: `Error: ${output}` } : { type: 'text', value: output },
    },
  ],
});

/** The same event with less of what tools were given and gave. Pure. */
export function cut(event: RuntimeEvent): RuntimeEvent {
  if (event.type === 'tool.returned') return { ...event, output: bounded(event.output, CUT_MAX) };
  if (event.type !== 'step.answered') return event;
  return { ...event, calls: event.calls.map((call) => ({ ...call, input: cutInput(call.input) })) };
}

function cutInput(text: string): string {
  if (text.length <= CUT_MAX) return text;
  const input = jsonObject(text);
  if (!input) return bounded(text, CUT_MAX);
  const short = (value: unknown) => (typeof value === 'string' ? bounded(value, CUT_MAX) : value);
  const shorter = JSON.stringify(
    Object.fromEntries(Object.entries(input).map(([name, value]) => [name, short(value)])),
  );
  // What finish gives may be many texts, and one deep inside another.
  return shorter.length <= 4 * CUT_MAX ? shorter : JSON.stringify({ cut: bounded(text, CUT_MAX) });
}
