import type { FusionError } from '@fusion-kit/domain/errors';
import { ReservationId } from '@fusion-kit/domain/ids';
import type { Caller, CallRecord, Meter } from '@fusion-kit/domain/ports/upstream';

/** A meter that remembers what it was told, and refuses when it is told to. */
export interface RecordingMeter extends Meter {
  readonly reserved: { caller: Caller; tokens: number; costUsd: number | null }[];
  readonly settled: { caller: Caller; reservation: ReservationId; record: CallRecord }[];
  /** Refuses the reservations, or the settlings, that come from now on. */
  refuse(what: 'reserve' | 'settle', error: FusionError): void;
}

export function recordingMeter(): RecordingMeter {
  const reserved: RecordingMeter['reserved'] = [];
  const settled: RecordingMeter['settled'] = [];
  const refusals = new Map<'reserve' | 'settle', FusionError>();
  const allow = (what: 'reserve' | 'settle') => {
    const refusal = refusals.get(what);
    if (refusal) throw refusal;
  };
  return {
    reserved,
    settled,
    refuse: (what, error) => void refusals.set(what, error),
    async reserve(caller, estimate) {
      allow('reserve');
      reserved.push({ caller, ...estimate });
      return ReservationId.parse(`rsv_${String(reserved.length).padStart(26, '0')}`);
    },
    async settle(caller, reservation, record) {
      allow('settle');
      settled.push({ caller, reservation, record });
    },
  };
}
