import type { RuntimeEvent } from '@fusion-kit/domain/ports/runtime';
import type { ModelMessage } from 'ai';
import { ofType } from './conversation.ts';
import { compactedIn, cut, messagesOf, withSteps } from './messages.ts';
import { foldedPrompt } from './prompt.ts';

/** What a model is believed to take that nobody tells the context size of. */
export const CONTEXT_TOKENS = 100_000;
/** Parts of the context: a longer conversation is shortened, and as much of its end is left as it is. The rest is for the answer. */
const FULL = 0.75;
const TAIL = 0.25;
/** Cutting results short is enough when it leaves so much of what may be sent. */
const ENOUGH = 0.7;
/** Tokens of a character of English and of code; other languages take more, which is seen by what the model counts. */
const TOKENS_PER_CHARACTER = 0.25;

/** What to do so that the conversation gets shorter: cut what tools were given and gave before a step, or have all before it folded into a text. */
export type Compaction = { before: number; fold?: never } | Fold;
interface Fold {
  before: number;
  /** What the model is asked, to have the text. */
  fold: string;
}

export interface Window {
  contextTokens: number;
  /** Characters that go with every request: the system prompt and the tools. */
  overhead: number;
}

/** How many tokens the next request is about. Pure. */
export const tokensOf = (history: readonly RuntimeEvent[], { overhead }: Pick<Window, 'overhead'>): number =>
  (overhead + sizeOf(messagesOf(history))) * density(history, overhead);

const sizeOf = (messages: readonly ModelMessage[]): number =>
  messages.reduce((sum, message) => sum + JSON.stringify(message).length, 0);

/** Tokens per character, as the model last counted them. */
function density(history: readonly RuntimeEvent[], overhead: number): number {
  const at = history.findLastIndex((event) => event.type === 'step.answered' && event.tokens !== undefined);
  const counted = history[at];
  if (counted?.type !== 'step.answered' || counted.tokens === undefined) return TOKENS_PER_CHARACTER;
  return Math.max(TOKENS_PER_CHARACTER, counted.tokens / (overhead + sizeOf(messagesOf(history.slice(0, at + 1)))));
}

/**
 * The next thing to do before the conversation can be gone on with; undefined when it is short enough, or as short as it gets. Results of tools are
 * cut first, what lies far back; then it is folded; at last the results that the model has just been waiting for are cut too. Pure.
 */
export function nextCompaction(history: readonly RuntimeEvent[], window: Window): Compaction | undefined {
  const room = window.contextTokens * FULL;
  if (tokensOf(history, window) <= room) return undefined;
  const { cutBefore } = compactedIn(history);
  const last = ofType(history, 'step.answered').at(-1)?.step;
  if (last === undefined) return undefined;
  const perCharacter = density(history, window.overhead);
  const tail = tailOf(history, (window.contextTokens * TAIL) / perCharacter);

  if (cutBefore < tail) {
    const shorter = tokensOf([...history, { type: 'turn.compacted', before: tail }], window);
    if (shorter <= room * ENOUGH) return { before: tail };
  }
  const folded = foldOf(history, tail, room / perCharacter);
  if (folded) return folded;
  return cutBefore <= last ? { before: last + 1 } : undefined;
}

/** The first step of the end that is left as it is: at least the last step, and as many as fit. */
function tailOf(history: readonly RuntimeEvent[], characters: number): number {
  const sizes = new Map<number, number>();
  for (const { event, step } of withSteps(history))
    sizes.set(step, (sizes.get(step) ?? 0) + JSON.stringify(event).length);
  const steps = ofType(history, 'step.answered').map(({ step }) => step);
  let tail = steps.at(-1) ?? 0;
  let sum = 0;
  for (const step of steps.toReversed()) {
    sum += sizes.get(step) ?? 0;
    if (sum > characters) break;
    tail = step;
  }
  return tail;
}

/** What a model is asked to fold: the steps after the last fold and before another, or as many of them as it can be sent. */
function foldOf(history: readonly RuntimeEvent[], upTo: number, characters: number): Fold | undefined {
  const { foldedBefore, text } = compactedIn(history);
  const steps = new Map<number, string>();
  for (const { event, step } of withSteps(history)) {
    if (step < foldedBefore || step === 0 || step >= upTo) continue;
    steps.set(step, [steps.get(step), lineOf(cut(event))].filter(Boolean).join('\n'));
  }
  const taken: string[] = [];
  let size = text?.length ?? 0;
  for (const lines of steps.values()) {
    size += lines.length;
    if (size > characters && taken.length > 0) break;
    taken.push(lines);
  }
  const before = [...steps.keys()][taken.length - 1];
  return before === undefined ? undefined : { before: before + 1, fold: foldedPrompt(text, taken) };
}

function lineOf(event: RuntimeEvent): string | undefined {
  switch (event.type) {
    case 'turn.told':
      return `Told: ${event.text}`;
    case 'step.answered':
      return event.text === '' ? undefined : `Said: ${event.text}`;
    case 'tool.called':
      return `Called ${event.tool} with ${event.input}`;
    case 'tool.returned':
      return `${event.tool} ${event.isError ? 'failed' : 'gave'}: ${event.output}`;
    default:
      return undefined;
  }
}
