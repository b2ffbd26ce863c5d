import { createHash } from 'node:crypto';
import { FusionError } from '@fusion-kit/domain/errors';
import { type BlobRef, PREVIEW_MAX } from '@fusion-kit/domain/text';

/** The bytes of a text and how events point at them. */
export function blobOf(text: string): { bytes: Buffer; ref: BlobRef } {
  const bytes = Buffer.from(text, 'utf8');
  const blob = `sha256:${createHash('sha256').update(bytes).digest('hex')}`;
  return { bytes, ref: { blob, size: bytes.length, preview: previewOf(text) } };
}

/** The beginning, not cut inside a character that takes two places. */
const previewOf = (text: string): string => text.slice(0, PREVIEW_MAX).replace(/[\uD800-\uDBFF]$/, '');

/** The digits of a blob's name; whatever else is given in its place, such as a path, is an unknown blob. */
export function digitsOf(blob: string): string {
  const digits = /^sha256:([0-9a-f]{64})$/.exec(blob)?.[1];
  if (digits === undefined) throw unknownBlob(blob);
  return digits;
}

export const unknownBlob = (blob: string, cause?: unknown): FusionError =>
  new FusionError('blob_unknown', `there is no blob ${blob.slice(0, 100)}`, { cause });
