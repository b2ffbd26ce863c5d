import type { Blobs } from '@fusion-kit/domain/ports/blobs';
import { blobOf, digitsOf, unknownBlob } from './digest.ts';

/** Blobs that end with the process, beside a journal in memory. */
export function memoryBlobs(): Blobs {
  const kept = new Map<string, Buffer>();
  return {
    async put(text) {
      const { bytes, ref } = blobOf(text);
      kept.set(digitsOf(ref.blob), bytes);
      return ref;
    },
    async get(blob) {
      const bytes = kept.get(digitsOf(blob));
      if (!bytes) throw unknownBlob(blob);
      return bytes.toString('utf8');
    },
  };
}
