import { BlobRef } from './text.ts';

/** The blobs that a value points at, wherever in it: an event's, say. Pure. */
export function blobsNamedBy(value: unknown): string[] {
  if (value === null || typeof value !== 'object') return [];
  if ('blob' in value && BlobRef.safeParse(value).success) return [String(value.blob)];
  return Object.values(value).flatMap(blobsNamedBy);
}
