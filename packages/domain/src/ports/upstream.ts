import * as z from 'zod';
import type { AgentId, DispatchId, ProjectId, ReservationId, RunId, TaskId } from '../ids.ts';
import type { Failure } from '../errors.ts';
import type { Settlement } from '../settlement.ts';

/** Which flavour of client talks to a provider; a runtime that brings its own chooses it by this. */
export const ModelProtocol = z.enum(['openrouter', 'openai-compatible', 'openai', 'anthropic', 'google']);
export type ModelProtocol = z.infer<typeof ModelProtocol>;

/**
 * Formats of a request for a model's answer. Below the base URL of a wire lie:
 *
 * - `openai-chat`: `/chat/completions`
 * - `openai-responses`: `/responses`
 * - `anthropic-messages`: `/v1/messages`, and `/v1/messages/count_tokens`, which costs nothing
 * - `gemini`: `/v1beta/models/MODEL:generateContent`, `:streamGenerateContent`, and `:countTokens`, which costs nothing
 */
export const Wire = z.enum(['openai-chat', 'openai-responses', 'anthropic-messages', 'gemini']);
export type Wire = z.infer<typeof Wire>;

/** One call's place in the house: who pays, who is told. */
export interface Caller {
  projectId: ProjectId;
  runId: RunId;
  taskId: TaskId;
  agentId: AgentId;
  dispatchId: DispatchId;
}

/** What a finished call came to, its texts whole. */
export type CallRecord = Omit<Settlement, 'request' | 'response'> & Record<'request' | 'response', string>;

/** Holds budget before a call and settles it after; both are durable when they resolve. */
export interface Meter {
  /** @throws {FusionError} `budget_exceeded`, `dispatch_stale` */
  reserve(caller: Caller, estimate: { tokens: number; costUsd: number | null }): Promise<ReservationId>;
  settle(caller: Caller, reservation: ReservationId, record: CallRecord): Promise<void>;
}

export interface ProviderStatus {
  ok: boolean;
  /** Where the key comes from, never the key: `environment OPENROUTER_API_KEY`, `none needed`. */
  credential: string;
  /** US dollars the key may still spend; null when unlimited or unknown. */
  remainingUsd: number | null;
  checkedAt: number;
  failure?: Failure;
}

export interface Model {
  id: string;
  name: string;
  contextTokens: number | null;
  /** US dollars per token. */
  inputUsd: number | null;
  outputUsd: number | null;
  /** Of input that the provider has in its cache, and of input that it puts there; absent: as any other input. */
  cachedUsd?: number;
  cacheWriteUsd?: number;
}

/**
 * The one way to a provider's models. `fetch` adds the key, waits for the limiter, holds budget, retries what may be retried, settles and records;
 * clients (the AI SDK, the gateway) are given it in place of the global one.
 */
export interface Upstream {
  readonly id: string;
  readonly protocol: ModelProtocol;
  /** What a client of `protocol` is given as its base URL. */
  readonly baseUrl: string;
  /** The formats that `fetch` takes, and the base URL of each, without a slash at the end. */
  readonly wires: Readonly<Partial<Record<Wire, string>>>;
  /** Used where neither agent nor workflow names a model. */
  readonly defaultModel: string | undefined;
  /**
   * Also answers questions that cost nothing (the counting of tokens), which nothing is held for and which are not recorded.
   *
   * @param instead which provider and model it stands in for, kept with the call
   * @throws {FusionError} `provider_*`, `budget_exceeded`; `retryAfterMs` says when to come back
   */
  fetch(caller: Caller, input: string | URL | Request, init?: RequestInit, instead?: string): Promise<Response>;
  /** A call that costs nothing (`/key`, `/models`), remembered for 60 s. Never rejects: `failure` says what is wrong. */
  check(signal?: AbortSignal): Promise<ProviderStatus>;
  models?(signal?: AbortSignal): Promise<Model[]>;
}
