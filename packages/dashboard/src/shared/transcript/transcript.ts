import type { Entry } from '@fusion-kit/domain/entry';
import type { Failure } from '@fusion-kit/domain/errors';
import type { EventOf } from '@fusion-kit/domain/event';
import type { QuestionOption } from '@fusion-kit/domain/question';
import type { Text } from '@fusion-kit/domain/text';

interface Placed {
  /** Number of the entry it starts with. */
  seq: number;
  at: number;
}
export interface ToolUse extends Placed {
  kind: 'tool';
  callId: string;
  tool: string;
  input: Text;
  output?: Text;
  isError: boolean;
  durationMs?: number;
}
export type Passage =
  | (Placed & { kind: 'opened'; agentId: string; system: Text; prompt: Text })
  | (Placed & { kind: 'told'; text: Text })
  | (Placed & { kind: 'asked'; text: Text; options: readonly string[] })
  | (Placed & { kind: 'answered'; by: string; option?: string; text?: Text })
  | (Placed & { kind: 'said'; text: Text; step: number })
  | ToolUse
  | (Placed & { kind: 'turning'; text: string; failure?: Failure });

/** What an agent said and did at a task, as a person reads it: calls and their results together. Entries in order. Pure. */
export function transcriptOf(entries: readonly Entry[]): Passage[] {
  const passages: Passage[] = [];
  const calls = new Map<string, number>();
  /** Labels of what questions offer, to name what was chosen. */
  const offers = new Map<string, QuestionOption[]>();
  for (const { seq, at, event } of entries) {
    switch (event.type) {
      case 'turn.opened':
        passages.push({ kind: 'opened', seq, at, agentId: event.agentId, system: event.system, prompt: event.prompt });
        break;
      case 'turn.told':
        passages.push({ kind: 'told', seq, at, text: event.text });
        break;
      case 'turn.compacted':
        passages.push({
          kind: 'turning',
          seq,
          at,
          text:
            event.text === undefined
              ? `the model sees tool results before step ${event.before} cut short`
              : `of what lies before step ${event.before} the model sees its notes only`,
        });
        break;
      case 'step.answered':
        if (event.text !== '') passages.push({ kind: 'said', seq, at, text: event.text, step: event.step });
        break;
      case 'tool.called':
        calls.set(event.callId, passages.length);
        passages.push({
          kind: 'tool',
          seq,
          at,
          callId: event.callId,
          tool: event.tool,
          input: event.input,
          isError: false,
        });
        break;
      case 'tool.returned':
        returned(passages, calls.get(event.callId), event);
        break;
      case 'question.asked': {
        const options = event.options.map(({ label }) => label);
        // one that goes on for another dispatch is the same question
        if (!offers.has(event.questionId)) passages.push({ kind: 'asked', seq, at, text: event.text, options });
        offers.set(event.questionId, event.options);
        break;
      }
      case 'question.answered': {
        const { by, text, questionId } = event;
        const option = offers.get(questionId)?.find(({ id }) => id === event.option)?.label ?? event.option;
        const said = { ...(option !== undefined && { option }), ...(text !== undefined && { text }) };
        passages.push({ kind: 'answered', seq, at, by, ...said });
        break;
      }
      case 'task.phase_changed':
        passages.push({
          kind: 'turning',
          seq,
          at,
          text: event.phase,
          ...(event.failure && { failure: event.failure }),
        });
        break;
      case 'task.requeued':
        passages.push({
          kind: 'turning',
          seq,
          at,
          text: event.failure ? 'back to the queue' : `back to the queue: ${event.reason}`,
          ...(event.failure && { failure: event.failure }),
        });
        break;
      default:
    }
  }
  return passages;
}

function returned(passages: Passage[], place: number | undefined, event: EventOf<'tool.returned'>): void {
  const call = place === undefined ? undefined : passages[place];
  if (place === undefined || call?.kind !== 'tool') return; // its call lies before what was read
  passages[place] = { ...call, output: event.output, isError: event.isError, durationMs: event.durationMs };
}
