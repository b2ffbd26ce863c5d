import type { BlobRef } from '../text.ts';

/** Content-addressed store for what is too large for an event. Its conformance suite is its definition. */
export interface Blobs {
  /**
   * Keeps the text and syncs it before resolving. Putting the same again changes nothing.
   * @throws {FusionError} `journal_failed` when it cannot be written
   */
  put(text: string): Promise<BlobRef>;
  /** @throws {FusionError} `blob_unknown`, also when the content no longer has its digest */
  get(blob: BlobRef['blob']): Promise<string>;
}
