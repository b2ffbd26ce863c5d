import { errorOf } from '@fusion-kit/domain/errors';
import { ReservationId } from '@fusion-kit/domain/ids';
import type { Blobs } from '@fusion-kit/domain/ports/blobs';
import type { RunnerEnd } from '@fusion-kit/domain/ports/transport';
import type { Caller, Meter } from '@fusion-kit/domain/ports/upstream';
import type { ReportAnswer } from '@fusion-kit/domain/runner-protocol';
import type { DispatchTokens } from './tokens.ts';

export interface ReportingMeterOptions {
  end: RunnerEnd;
  tokens: DispatchTokens;
  blobs: Blobs;
}

/** Holds and settles budgets where they are kept: at the engine, by reports. */
export function reportingMeter({ end, tokens, blobs }: ReportingMeterOptions): Meter {
  const tokenOf = (caller: Caller): string => tokens.get(caller.dispatchId) ?? '';
  return {
    async reserve(caller, estimate) {
      return ReservationId.parse(
        accepted(await end.report({ type: 'budget.reserve', caller, token: tokenOf(caller), ...estimate })).id,
      );
    },
    async settle(caller, reservationId, { request, response, ...figures }) {
      const [requestRef, responseRef] = await Promise.all([blobs.put(request), blobs.put(response)]);
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
