import { createHash } from 'node:crypto';
import type { Blobs } from '@fusion-kit/domain/ports/blobs';
import { BlobRef, PREVIEW_MAX } from '@fusion-kit/domain/text';
import { describe, expect, test } from 'vitest';

const unknown = expect.objectContaining({ name: 'FusionError', code: 'blob_unknown' });

/** What every blob store promises; an adapter's test is one call of this. `open` gives a new empty store. */
export function blobsConformance(name: string, open: () => Blobs | Promise<Blobs>): void {
  describe(`${name}: blobs`, () => {
    test.each([
      ['nothing', ''],
      ['a word', 'word'],
      ['many scripts', '\uFEFFnaïve 日本語 🦀\r\n\0'],
      ['a megabyte', 'megabyte of text '.repeat(65_000)],
    ])('%s is given back as it was put', async (_what, text) => {
      const blobs = await open();
      const { blob } = await blobs.put(text);
      expect(await blobs.get(blob)).toBe(text);
    });

    test('a reference has the digest, the size in bytes and the beginning', async () => {
      const blobs = await open();
      const text = '🦀é'.repeat(PREVIEW_MAX);
      const ref = BlobRef.parse(await blobs.put(text));
      expect(ref.blob).toBe(`sha256:${createHash('sha256').update(text).digest('hex')}`);
      expect(ref.size).toBe(Buffer.byteLength(text));
      expect(text.startsWith(ref.preview)).toBe(true);
      expect(ref.preview.length).toBeGreaterThan(PREVIEW_MAX - 2);
    });

    test('the beginning ends with a whole character', async () => {
      const { preview } = await (await open()).put(`x${'🦀'.repeat(PREVIEW_MAX)}`);
      expect(Buffer.from(preview).toString()).toBe(preview);
      expect(preview).toHaveLength(PREVIEW_MAX - 1);
    });

    test('the same text has the same reference, also when it is put many times at once', async () => {
      const blobs = await open();
      const refs = await Promise.all(Array.from({ length: 20 }, () => blobs.put('the same')));
      expect(new Set(refs.map(({ blob }) => blob)).size).toBe(1);
      expect(await blobs.get(refs[0]?.blob ?? '')).toBe('the same');
    });

    test('many texts put at once are all kept', async () => {
      const blobs = await open();
      const texts = Array.from({ length: 200 }, (_, at) => `text ${at}`);
      const refs = await Promise.all(texts.map((text) => blobs.put(text)));
      expect(await Promise.all(refs.map(({ blob }) => blobs.get(blob)))).toEqual(texts);
    });

    test.each([
      ['a digest that was never put', `sha256:${'0'.repeat(64)}`],
      ['a path', `sha256:../../../../etc/passwd`],
      ['no digest at all', ''],
      ['upper case', `sha256:${'A'.repeat(64)}`],
    ])('%s is an unknown blob', async (_what, blob) => {
      await expect((await open()).get(blob)).rejects.toEqual(unknown);
    });
  });
}
