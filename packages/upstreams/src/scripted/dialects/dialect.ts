import type { Thought } from '../brain.ts';
import type { Message } from '../conversation.ts';
import type { OfferedTool } from '../offered.ts';

/** A request as the scripted model takes it, whatever format it came in. */
export interface Asked {
  model: string;
  messages: readonly Message[];
  stream: boolean;
  tools: readonly OfferedTool[];
  /** The JSON Schema that the answer has to keep to, where it has to. */
  answer?: unknown;
}

/** A thought on its way into a format. Tokens are a quarter of the characters. */
export interface Frame {
  thought: Thought;
  model: string;
  inputTokens: number;
  outputTokens: number;
  /** US dollars, where the server tells prices. */
  costUsd: number | undefined;
}

/** An answer in a format. */
export interface Completion {
  /** In one piece. */
  whole: Record<string, unknown>;
  /** As the events of a stream, the last ones with the usage. */
  events: readonly Record<string, unknown>[];
}

/** One format of requests and answers, as a server speaks it. */
export interface Dialect {
  /** Undefined: it is no request of this format. @param path the whole path of the request */
  read(body: unknown, path: string): Asked | undefined;
  write(frame: Frame): Completion;
  /** The body of a refusal. */
  refusal(status: number, message: string): Record<string, unknown>;
  /** The event by which a stream breaks off. */
  broken(message: string): Record<string, unknown>;
  /** Whether events are named by their `type`, what a stream begins with, and what ends it in order. */
  named: boolean;
  begin: string;
  end: string;
}

/** A comment, which says that the connection lives. */
export const ALIVE = ': PROCESSING\n\n';

/** Characters of a piece of streamed words, and the most pieces that a tool's arguments are cut into. */
const WORDS_PIECE = 12;
const ARGUMENT_PIECES = 8;

export const wordsOf = (text: string): string[] => pieces(text, WORDS_PIECE);
export const argumentPieces = (text: string): string[] => pieces(text, Math.ceil(text.length / ARGUMENT_PIECES));

const pieces = (text: string, size: number): string[] =>
  Array.from({ length: text ? Math.ceil(text.length / size) : 0 }, (_, at) => text.slice(at * size, (at + 1) * size));
