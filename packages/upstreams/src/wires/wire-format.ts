import type { Limits } from '../limits.ts';
import type { Counts } from '../usage.ts';

/** A body that is a JSON object. */
export type Body = Record<string, unknown>;

/** What a path below the base URL of a wire asks for. */
export interface Target {
  /** False: a question about a request, which costs nothing. */
  answers: boolean;
  /** Where the path names the model and not the body. */
  model?: string;
  stream?: boolean;
}

export interface Binding {
  model: string;
  stream: boolean;
  limits: Pick<Limits, 'outputTokens' | 'thinkingOutputTokens' | 'outputTokensMax'>;
  /** The provider streams no usage unless it is asked to, as OpenAI's does. */
  usageOnRequest: boolean;
  /** The provider's newer models know `max_completion_tokens` alone. */
  completionCap: boolean;
}

/** What is known of one format of requests for an answer: how to read and bind a request, and what the answer says of itself. All pure. */
export interface WireFormat {
  /** Undefined: the path is none of this format. */
  target(path: string): Target | undefined;
  /** The path with another model in it; only where the path names it. */
  retarget?(path: string, model: string): string;
  /** The body with the model and an output cap in it, and the most tokens that the answer can then have; undefined when it is malformed. */
  bind(body: Body, to: Binding): { body: Body; outputTokens: number } | undefined;
  /** What a whole answer, or one event of a stream, says was used. What later events say counts. */
  counts(json: unknown): Partial<Counts> | undefined;
  /** Whether this event says that the model has finished. */
  finished(json: unknown): boolean;
}

/** The cap that was asked for, or the one given when none was, within what is let through. */
export const capped = (asked: number | null | undefined, otherwise: number, { outputTokensMax }: Binding['limits']) =>
  Math.min(asked ?? otherwise, outputTokensMax);
