import type { ReservationId } from '@fusion-kit/domain/ids';
import type { Caller, Meter } from '@fusion-kit/domain/ports/upstream';
import type { ModelCall } from './model-call.ts';
import { withoutKeys } from './secrets.ts';
import { tail } from './tail.ts';
import { costOf, NOTHING_USED, type AnswerUsage, type Prices } from './usage.ts';

/** Most characters of a request or a response that a record keeps: all of what fits a model's window. Of more the end is kept. */
const RECORD_MAX = 4 * 1024 * 1024;

/** One call's money and record: held before the first attempt, settled once after the last. */
export interface Ledger {
  /** Holds the most that an attempt can use; once. @throws {FusionError} `budget_exceeded`, `dispatch_stale` */
  reserve(): Promise<void>;
  /** An attempt is about to be sent. */
  sending(): void;
  answered(status: number): void;
  heard(text: string): void;
  /** The last attempt may have been worked on though its figures will never be known: it counts in full. */
  mayHaveWorked(): void;
  /** Settles once; later calls wait for the same settling. Nothing to do when nothing was held. */
  settle(used?: AnswerUsage): Promise<void>;
}

export interface LedgerEntry {
  meter: Meter;
  caller: Caller;
  call: ModelCall;
  provider: string;
  prices: Prices | undefined;
  key: string | undefined;
  /** What would have been asked, had it not refused. */
  insteadOf?: string | undefined;
}

export function ledger({ meter, caller, call, provider, prices, key, insteadOf }: LedgerEntry): Ledger {
  const response = tail(RECORD_MAX);
  let reservation: ReservationId | undefined;
  let settling: Promise<void> | undefined;
  let attempts = 0;
  let unknownAttempts = 0;
  let status = 0;
  let sentAt = performance.now();
  let firstByteAt: number | undefined;

  const record = (used: AnswerUsage) => {
    const request = tail(RECORD_MAX);
    request.add(withoutKeys(call.body, key));
    const cost = mostOf(call, prices);
    const unknownCost = unknownAttempts === 0 ? 0 : cost === null ? null : cost * unknownAttempts;
    const endedAt = performance.now();
    return {
      provider,
      model: call.model,
      ...(insteadOf !== undefined && { insteadOf }),
      status,
      basis: unknownAttempts > 0 ? ('reserved' as const) : ('reported' as const),
      inputTokens: used.inputTokens + unknownAttempts * call.inputTokens,
      outputTokens: used.outputTokens + unknownAttempts * call.outputTokens,
      ...cachedOf(used),
      costUsd: used.costUsd === null || unknownCost === null ? null : used.costUsd + unknownCost,
      // Both count from the last attempt: the waits before it are ours, not the provider's.
      firstByteMs: Math.round((firstByteAt ?? endedAt) - sentAt),
      durationMs: Math.round(endedAt - sentAt),
      attempts,
      request: request.toString(),
      response: withoutKeys(response.toString(), key),
    };
  };

  return {
    async reserve() {
      if (!call.answers) return;
      reservation ??= await meter.reserve(caller, {
        tokens: call.inputTokens + call.outputTokens,
        costUsd: mostOf(call, prices),
      });
    },
    sending() {
      attempts += 1;
      status = 0;
      sentAt = performance.now();
      firstByteAt = undefined;
    },
    answered(answer) {
      status = answer;
    },
    heard(text) {
      firstByteAt ??= performance.now();
      response.add(text);
    },
    mayHaveWorked() {
      unknownAttempts += 1;
    },
    async settle(used = NOTHING_USED) {
      if (reservation === undefined) return;
      settling ??= meter.settle(caller, reservation, record(used));
      await settling;
    },
  };
}

const cachedOf = ({ cachedTokens, cacheWriteTokens, thinkingTokens }: AnswerUsage) => ({
  ...(cachedTokens && { cachedTokens }),
  ...(cacheWriteTokens && { cacheWriteTokens }),
  ...(thinkingTokens && { thinkingTokens }),
});

/** The most that an attempt can cost: all of its input may have to be written to the cache, which some charge more for. */
const mostOf = ({ inputTokens, outputTokens }: ModelCall, prices: Prices | undefined): number | null => {
  const dearer = (prices?.cacheWriteUsd ?? 0) > (prices?.inputUsd ?? 0);
  return costOf({ inputTokens, outputTokens, cacheWriteTokens: dearer ? inputTokens : 0 }, prices);
};
