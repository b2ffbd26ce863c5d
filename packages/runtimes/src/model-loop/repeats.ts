import type { RuntimeEvent } from '@fusion-kit/domain/ports/runtime';
import { ofType, type EventOf } from './conversation.ts';

/** After so many steps that only repeated themselves the model is told, and after so many the attempt ends. */
export const REPEATS_TOLD = 3;
export const REPEATS_MAX = 6;
/** Results that begin and end with the same so many characters, and are of one length, count as the same. */
const COMPARED = 500;

export interface Repeats {
  /** Steps in a row, up to the last, all of whose calls had been made before, with the same results. */
  count: number;
  /** What was called last. */
  tool: string;
}

/**
 * How long an agent has been going round in circles. A step with a call that is new, or that has another result than before, ends the row; so does
 * a message, which may be what the agent was looking for. Pure.
 */
export function repeatsIn(attempt: readonly RuntimeEvent[]): Repeats {
  const inputs = new Map(ofType(attempt, 'tool.called').map((call) => [call.callId, call.input]));
  const known = new Set<string>();
  let repeats: Repeats = { count: 0, tool: '' };
  for (const { results, told } of rounds(attempt)) {
    if (told) repeats = { count: 0, tool: '' };
    const last = results.at(-1);
    if (!last) continue;
    const made = results.map((result) => madeOf(result, inputs.get(result.callId)));
    const isNew = made.some((one) => !known.has(one));
    repeats = { count: isNew ? 0 : repeats.count + 1, tool: last.tool };
    for (const one of made) known.add(one);
  }
  return repeats;
}

interface Round {
  results: EventOf<'tool.returned'>[];
  /** Whether messages came before it. */
  told: boolean;
}

/** Each answer's results. */
function rounds(attempt: readonly RuntimeEvent[]): Round[] {
  const all: Round[] = [];
  let told = false;
  for (const event of attempt) {
    if (event.type === 'turn.told') told ||= event.messageIds.length > 0;
    if (event.type === 'step.answered') {
      all.push({ results: [], told });
      told = false;
    }
    if (event.type === 'tool.returned') all.at(-1)?.results.push(event);
  }
  return told ? [...all, { results: [], told }] : all;
}

const madeOf = ({ tool, output, isError }: EventOf<'tool.returned'>, input = ''): string =>
  JSON.stringify([tool, input, isError, output.length, output.slice(0, COMPARED), output.slice(-COMPARED)]);
