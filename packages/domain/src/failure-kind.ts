import * as z from 'zod';

/** What sort of failure it was, as retry policies speak of it. */
export const FailureKind = z.enum([
  'provider_limit',
  'provider',
  'timeout',
  'crash',
  'verification',
  'conflict',
  'refused',
  'cancelled',
]);
export type FailureKind = z.infer<typeof FailureKind>;
