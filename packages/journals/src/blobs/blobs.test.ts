import { mkdtemp, readdir, rm, stat, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { blobsConformance } from '@fusion-kit/testing/blobs-conformance';
import { expect, onTestFinished, test } from 'vitest';
import { fileBlobs } from './file-blobs.ts';
import { memoryBlobs } from './memory-blobs.ts';

async function temporaryDirectory(): Promise<string> {
  const directory = await mkdtemp(join(tmpdir(), 'fusion-blobs-'));
  onTestFinished(() => rm(directory, { recursive: true }));
  return directory;
}

const unknown = expect.objectContaining({ code: 'blob_unknown' });

/** Where the file of a blob is. */
function fileOf(directory: string, blob: string): string {
  const digits = blob.slice('sha256:'.length);
  return join(directory, digits.slice(0, 2), digits.slice(2, 4), digits);
}

blobsConformance('files', async () => fileBlobs(join(await temporaryDirectory(), 'new', 'blobs')));
blobsConformance('memory', memoryBlobs);

test('blobs in files are found by the next opener', async () => {
  const directory = await temporaryDirectory();
  const { blob } = await fileBlobs(directory).put('kept');
  expect(await fileBlobs(directory).get(blob)).toBe('kept');
});

test('files and folders of blobs are for their owner only, and nothing else is left beside them', async () => {
  const directory = await temporaryDirectory();
  const { blob } = await fileBlobs(directory).put('private');
  const path = fileOf(directory, blob);
  expect((await stat(path)).mode & 0o777).toBe(0o600);
  expect((await stat(join(path, '..'))).mode & 0o777).toBe(0o700);
  expect(await readdir(join(path, '..'))).toHaveLength(1);
});

test('a file with other content than its name says is an unknown blob, until the text is put again', async () => {
  const directory = await temporaryDirectory();
  const blobs = fileBlobs(directory);
  const { blob } = await blobs.put('four');
  await writeFile(fileOf(directory, blob), 'five');
  await expect(blobs.get(blob)).rejects.toEqual(unknown);
  await truncate(fileOf(directory, blob), 0);
  await expect(blobs.get(blob)).rejects.toEqual(unknown);
  await blobs.put('four');
  expect(await blobs.get(blob)).toBe('four');
});

test('a store that cannot be written says so, and works as soon as it can', async () => {
  const directory = await temporaryDirectory();
  await writeFile(join(directory, 'blobs'), 'a file in the way');
  const blobs = fileBlobs(join(directory, 'blobs'));
  await expect(blobs.put('text')).rejects.toEqual(expect.objectContaining({ code: 'journal_failed' }));
  await rm(join(directory, 'blobs'));
  expect(await blobs.get((await blobs.put('text')).blob)).toBe('text');
});
