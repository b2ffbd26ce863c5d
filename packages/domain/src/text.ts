import * as z from 'zod';

/** Longest text that an event holds itself, in characters; longer ones go to the blob store. */
export const INLINE_TEXT_MAX = 4_000;
/** Characters of a blob that the event still shows. */
export const PREVIEW_MAX = 2_000;

/** A pointer into the content-addressed blob store. `blob` is `sha256:` and 64 hex digits, `size` is in bytes. */
export const BlobRef = z.object({
  blob: z.string().regex(/^sha256:[0-9a-f]{64}$/),
  size: z.int().nonnegative(),
  preview: z.string().max(PREVIEW_MAX),
});
export type BlobRef = z.infer<typeof BlobRef>;

/** Text of any length: itself when short, else where to find it. */
export const Text = z.union([z.string().max(INLINE_TEXT_MAX), BlobRef]);
export type Text = z.infer<typeof Text>;

/** What can be shown without opening the blob store. */
export const preview = (text: Text): string => (typeof text === 'string' ? text : text.preview);
