import { createHash } from 'node:crypto';
import { zstdCompressSync, zstdDecompressSync } from 'node:zlib';
import type { Severity } from '@fusion-kit/domain/event';
import { numbersOf, type Postings, textOf } from './postings.ts';

/**
 * A segment is a file of compressed blocks one after another, then a footer that says where each lies. Every block is a zstd frame of its own, lines of
 * JSON, and the footer a frame that is skipped (RFC 8878 §3.1.2): any zstd program prints the events of a segment.
 */
export interface Block {
  /** Numbers of its first and last event. */
  first: number;
  last: number;
  /** Where it lies in the file, and how many bytes it takes there and unpacked. */
  offset: number;
  bytes: number;
  unpackedBytes: number;
  /** Of the bytes in the file, as hex. */
  sha256: string;
  /** The earliest and the latest time in it, in milliseconds since 1970. */
  from: number;
  to: number;
  types: readonly string[];
  severities: readonly Severity[];
}

export interface Footer {
  format: 1;
  /** The identity of the data that the events belong to. */
  dataId: string;
  blocks: readonly Block[];
  postings: Postings;
}

const SKIPPABLE_FRAME = 0x184d2a50;
const MAGIC = Buffer.from('FKA1');
const HEAD_BYTES = 8;
/** What the file ends with: digest and length of the packed footer, and the magic. */
export const TAIL_BYTES = 32 + 4 + MAGIC.length;

export const sha256 = (bytes: Buffer): Buffer => createHash('sha256').update(bytes).digest();

/** The bytes that end a segment. Pure. */
export function footerBytes({ postings, ...rest }: Footer): Buffer {
  const { hashes, blocks } = postings;
  const packed = zstdCompressSync(
    JSON.stringify({ ...rest, postings: { hashes: textOf(hashes), blocks: textOf(blocks) } }),
  );
  const head = Buffer.alloc(HEAD_BYTES);
  head.writeUInt32LE(SKIPPABLE_FRAME, 0);
  head.writeUInt32LE(packed.length + TAIL_BYTES, 4);
  const length = Buffer.alloc(4);
  length.writeUInt32LE(packed.length, 0);
  return Buffer.concat([head, packed, sha256(packed), length, MAGIC]);
}

/** How many bytes the packed footer takes by the last bytes of a file; undefined when those are not of a segment. Pure. */
export const footerLength = (tail: Buffer): number | undefined =>
  tail.length === TAIL_BYTES && tail.subarray(-MAGIC.length).equals(MAGIC) ? tail.readUInt32LE(32) : undefined;

/** @param bytes the packed footer and the tail. Undefined when they are not what was written. Pure. */
export function footerOf(bytes: Buffer): Footer | undefined {
  const packed = bytes.subarray(0, -TAIL_BYTES);
  if (!sha256(packed).equals(bytes.subarray(-TAIL_BYTES).subarray(0, 32))) return undefined;
  const { postings, ...rest } = JSON.parse(zstdDecompressSync(packed).toString()) as Omit<Footer, 'postings'> & {
    postings: { hashes: string; blocks: string };
  };
  return { ...rest, postings: { hashes: numbersOf(postings.hashes), blocks: numbersOf(postings.blocks) } };
}
