import { type FileHandle, open } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { zstdDecompress } from 'node:zlib';
import { FusionError } from '@fusion-kit/domain/errors';
import { type Block, type Footer, footerLength, footerOf, sha256, TAIL_BYTES } from './footer.ts';
import { type Range, segmentName } from './segment-name.ts';

const unpack = promisify(zstdDecompress);

/** One file of the archive. It is opened for each read and never changes. */
export class Segment {
  readonly first: number;
  readonly last: number;
  readonly path: string;
  #footer: Promise<Footer> | undefined;

  constructor(directory: string, { first, last }: Range) {
    this.first = first;
    this.last = last;
    this.path = join(directory, segmentName({ first, last }));
  }

  /** Where its blocks lie and what they hold; read once. @throws {FusionError} `journal_failed` when it is damaged */
  footer(): Promise<Footer> {
    this.#footer ??= this.#readFooter();
    this.#footer.catch(() => (this.#footer = undefined));
    return this.#footer;
  }

  /** The lines of a block, one event each. @throws {FusionError} `journal_failed` when it is damaged */
  async lines(block: Block): Promise<string[]> {
    const bytes = await this.#reading((file) => readAt(file, block.offset, block.bytes));
    if (sha256(bytes).toString('hex') !== block.sha256) throw this.#damaged(`events ${block.first} to ${block.last}`);
    const text = await unpack(bytes, { maxOutputLength: block.unpackedBytes });
    return text.toString().trimEnd().split('\n');
  }

  async #readFooter(): Promise<Footer> {
    const footer = await this.#reading(async (file) => {
      const { size } = await file.stat();
      const length = size < TAIL_BYTES ? undefined : footerLength(await readAt(file, size - TAIL_BYTES, TAIL_BYTES));
      if (length === undefined || length + TAIL_BYTES > size) return undefined;
      return footerOf(await readAt(file, size - TAIL_BYTES - length, length + TAIL_BYTES));
    });
    if (footer?.blocks[0]?.first !== this.first || footer.blocks.at(-1)?.last !== this.last)
      throw this.#damaged('its end');
    return footer;
  }

  async #reading<T>(work: (file: FileHandle) => Promise<T>): Promise<T> {
    const file = await open(this.path, 'r').catch((cause: unknown) => {
      throw new FusionError('journal_failed', `${this.path} cannot be read`, { cause });
    });
    try {
      return await work(file);
    } finally {
      await file.close();
    }
  }

  #damaged(what: string): FusionError {
    return new FusionError('journal_failed', `${this.path} is damaged: ${what} cannot be read`, {
      remedy: 'Copy this file from a backup; `fusion-kit recover` tells what else is damaged.',
    });
  }
}

async function readAt(file: FileHandle, offset: number, bytes: number): Promise<Buffer> {
  const { buffer, bytesRead } = await file.read(Buffer.alloc(bytes), 0, bytes, offset);
  return buffer.subarray(0, bytesRead);
}
