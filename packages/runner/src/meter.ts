import { errorOf } from '@fusion-kit/domain/errors';
import { ReservationId } from '@fusion-kit/domain/ids';
import type { Blobs } from '@fusion-kit/domain/ports/blobs';
import type { RunnerEnd } from '@fusion-kit/domain/ports/transport';
import type { Caller, Meter } from '@fusion-kit/domain/ports/upstream';
import type { ReportAnswer } from '@fusion-kit/domain/runner-protocol';
import type { DispatchRedactors } from './outside/outside.ts';
import { redactedRecord } from './outside/redacted-record.ts';
import type { DispatchTokens } from './tokens.ts';

export interface ReportingMeterOptions {
  end: RunnerEnd;
  tokens: DispatchTokens;
  blobs: Blobs;
  /** What keeps the secrets of a dispatch out of the records of its calls. */
  redactors?: DispatchRedactors;
}

/** Holds and settles budgets where they are kept: at the engine, by reports. */
export function reportingMeter({ end, tokens, blobs, redactors }: ReportingMeterOptions): Meter {
  const tokenOf = (caller: Caller): string => tokens.get(caller.dispatchId) ?? '';
  return {
    async reserve(caller, estimate) {
      return ReservationId.parse(
        accepted(await end.report({ type: 'budget.reserve', caller, token: tokenOf(caller), ...estimate })).id,
      );
    },
    async settle(caller, reservationId, { request, response, ...figures }) {
      const redactor = redactors?.get(caller.dispatchId);
      const plain = (text: string): string => (redactor ? redactedRecord(text, redactor) : text);
      const [requestRef, responseRef] = await Promise.all([blobs.put(plain(request)), blobs.put(plain(response))]);
      const record = { ...figures, request: requestRef, response: responseRef };
      accepted(await end.report({ type: 'budget.settle', caller, token: tokenOf(caller), reservationId, record }));
    },
  };
}

/** The answer when it says yes. @throws {FusionError} what the engine refused with */
export function accepted(answer: ReportAnswer): Extract<ReportAnswer, { ok: true }> {
  if (!answer.ok) throw errorOf(answer.failure);
  return answer;
}
