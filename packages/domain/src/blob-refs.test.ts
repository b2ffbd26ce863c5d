import { expect, test } from 'vitest';
import { blobsNamedBy } from './blob-refs.ts';

const digest = (digit: string) => `sha256:${digit.repeat(64)}`;
const ref = (digit: string) => ({ blob: digest(digit), size: 1, preview: 'x' });

test('blobs are found wherever they are pointed at; a text that only looks like a pointer is none', () => {
  const event = {
    text: ref('a'),
    calls: [{ input: ref('b') }, { input: `{"blob":"${digest('c')}","size":1,"preview":""}` }],
    nothing: null,
    blob: digest('d'),
    request: { blob: digest('e') },
  };
  expect(blobsNamedBy(event)).toEqual([digest('a'), digest('b')]);
  expect(blobsNamedBy(ref('f'))).toEqual([digest('f')]);
  expect(blobsNamedBy('text')).toEqual([]);
});
