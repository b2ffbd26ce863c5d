import type { Brain, ChatAnswer, ChatMessage } from './loopback-model.ts';

/** One thing that an agent does when it is asked to, whichever way its runtime has it act. */
export type Deed =
  /** Writes a file of the workspace by a tool for files, not by a shell. */
  | { write: string; text: string }
  /** Runs a shell command in the workspace, and waits for its end. */
  | { run: string }
  /** Ends its own program at once, as a crash does. */
  | { crash: true }
  /** Ends its work: what it says at last, and the outputs it gives. An agent whose deeds are all done says `done`. */
  | { finish: string; outputs?: Readonly<Record<string, string>> };

const OPENS = '<<DEEDS ';
const CLOSES = ' DEEDS>>';

/** A prompt, or a message, after which an agent does these things, one after the other, and leaves what it was asked before. */
export const asking = (...deeds: readonly Deed[]): string =>
  `Do this, in this order. ${OPENS}${JSON.stringify(deeds)}${CLOSES}`;

/** What a text asks for; undefined when it asks for nothing. The last counts where there are several. */
export function deedsIn(text: string): readonly Deed[] | undefined {
  const from = text.lastIndexOf(OPENS);
  if (from < 0) return undefined;
  return JSON.parse(text.slice(from + OPENS.length, text.indexOf(CLOSES, from))) as Deed[];
}

/** How a model has each deed done. */
export type DeedCall = (deed: Deed) => { tool: string; input: unknown };

/** A model that does what the last text asks for, a deed an answer: which one is next follows from the conversation alone. */
export const deedBrain =
  (callOf: DeedCall): Brain =>
  ({ messages }) => {
    const at = messages.findLastIndex(({ role, content }) => role === 'user' && deedsIn(content) !== undefined);
    const deeds = deedsIn(messages[at]?.content ?? '') ?? [];
    const deed = deeds[callsAfter(messages, at)] ?? { finish: 'done' };
    return { text: 'Going on.', calls: [callOf(deed)] } satisfies ChatAnswer;
  };

/** Calls that were made since, whatever came of them. */
const callsAfter = (messages: readonly ChatMessage[], at: number): number =>
  messages.slice(at + 1).filter(({ role, calls }) => role === 'assistant' && calls.length > 0).length;
