import { randomUUID } from 'node:crypto';
import { type FileHandle, open, rename } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { zstdCompress } from 'node:zlib';
import { FusionError, type ErrorCode } from '@fusion-kit/domain/errors';
import type { Severity } from '@fusion-kit/domain/event';
import { makeDirectory, syncPath } from '../sync-path.ts';
import { type Block, footerBytes, sha256 } from './footer.ts';
import { postingsOf } from './postings.ts';
import { Segment } from './segment.ts';
import { segmentName } from './segment-name.ts';

const pack = promisify(zstdCompress);
const FAILED: ErrorCode = 'journal_failed';

/** How large segments and their blocks may become; whichever bound comes first ends one. */
export interface SegmentBounds {
  segmentEvents: number;
  segmentBytes: number;
  blockEvents: number;
  blockBytes: number;
}

/** A block is what is unpacked to read one event, a segment what is moved at once. */
export const SEGMENT_BOUNDS: SegmentBounds = {
  segmentEvents: 50_000,
  segmentBytes: 64 * 1024 * 1024,
  blockEvents: 1_000,
  blockBytes: 1024 * 1024,
};

/** An event as the database keeps it: `event` and `keyed` are its JSON. */
export interface KeptEvent {
  seq: number;
  at: number;
  type: string;
  severity: string;
  /** Of its project, run, task and agent. */
  columns: readonly (string | null)[];
  event: string;
  keyed: string | null;
}

/** The places where a test may end the process. */
export type ArchiveStep = 'begun' | 'written' | 'synced' | 'named' | 'kept' | 'deleting' | 'deleted';

export interface SegmentWriting {
  directory: string;
  dataId: string;
  /** Number of the event that the segment begins with. */
  first: number;
  bounds: SegmentBounds;
  /** Events from `first` on, in order; no more are taken than fit. */
  events: AsyncIterable<KeptEvent>;
  onStep: (step: ArchiveStep) => void;
}

const lineOf = ({ seq, at, event, keyed }: KeptEvent): string =>
  `{"seq":${seq},"at":${at},"event":${event}${keyed === null ? '' : `,"keyed":${keyed}`}}\n`;

/** Events gathered until they fill a block. */
class BlockMaker {
  readonly blocks: Block[] = [];
  readonly ids: Set<string>[] = [];
  offset = 0;
  unpackedBytes = 0;
  count = 0;
  #events: KeptEvent[] = [];
  #lines: string[] = [];
  #bytes = 0;

  add(event: KeptEvent): void {
    const line = lineOf(event);
    this.#events.push(event);
    this.#lines.push(line);
    this.#bytes += Buffer.byteLength(line);
    this.unpackedBytes += Buffer.byteLength(line);
    this.count += 1;
  }

  isFull({ blockEvents, blockBytes }: SegmentBounds): boolean {
    return this.#events.length >= blockEvents || this.#bytes >= blockBytes;
  }

  async writeTo(file: FileHandle): Promise<void> {
    const events = this.#events;
    if (events.length === 0) return;
    const bytes = await pack(this.#lines.join(''));
    await file.appendFile(bytes);
    const times = events.map(({ at }) => at);
    this.blocks.push({
      first: events[0]?.seq ?? 0,
      last: events.at(-1)?.seq ?? 0,
      offset: this.offset,
      bytes: bytes.length,
      unpackedBytes: this.#bytes,
      sha256: sha256(bytes).toString('hex'),
      from: times.reduce((least, at) => Math.min(least, at)),
      to: times.reduce((most, at) => Math.max(most, at)),
      types: [...new Set(events.map(({ type }) => type))],
      severities: [...new Set(events.map(({ severity }) => severity as Severity))],
    });
    this.ids.push(new Set(events.flatMap(({ columns }) => columns.filter((id) => id !== null))));
    this.offset += bytes.length;
    this.#events = [];
    this.#lines = [];
    this.#bytes = 0;
  }
}

/**
 * Writes one segment. When it resolves, the file is whole, on the disk under its name, and was read back; until then it has no name that counts.
 * @throws {FusionError} `journal_failed`; what is left unfinished is removed when the archive is opened next
 */
export async function writeSegment(writing: SegmentWriting): Promise<Segment> {
  const { directory, onStep } = writing;
  try {
    await makeDirectory(directory);
    const unfinished = join(directory, `.unfinished-${randomUUID()}`);
    const range = await writeFile(unfinished, writing);
    const segment = new Segment(directory, range);
    await rename(unfinished, join(directory, segmentName(range)));
    onStep('named');
    await syncPath(directory);
    await readBack(segment);
    onStep('kept');
    return segment;
  } catch (thrown) {
    if (thrown instanceof FusionError) throw thrown;
    throw new FusionError(FAILED, `${directory} cannot keep a segment`, { cause: thrown });
  }
}

async function writeFile(path: string, { dataId, first, bounds, events, onStep }: SegmentWriting) {
  const file = await open(path, 'wx', 0o600);
  try {
    const maker = new BlockMaker();
    onStep('begun');
    for await (const event of events) {
      const expected = first + maker.count;
      if (event.seq !== expected) throw new FusionError(FAILED, `event ${expected} is missing before ${event.seq}`);
      maker.add(event);
      if (maker.isFull(bounds)) await maker.writeTo(file);
      if (maker.count >= bounds.segmentEvents || maker.unpackedBytes >= bounds.segmentBytes) break;
    }
    await maker.writeTo(file);
    const { blocks, ids } = maker;
    if (blocks.length === 0) throw new FusionError(FAILED, `event ${first} is missing`);
    await file.appendFile(footerBytes({ format: 1, dataId, blocks, postings: postingsOf(ids) }));
    onStep('written');
    await file.sync();
    onStep('synced');
    return { first, last: first + maker.count - 1 };
  } finally {
    await file.close();
  }
}

/** What is about to be deleted elsewhere has to be readable here. */
async function readBack(segment: Segment): Promise<void> {
  for (const block of (await segment.footer()).blocks) {
    const found = await segment.lines(block);
    if (found.length !== block.last - block.first + 1)
      throw new FusionError(FAILED, `${segment.path} does not hold what was written to it`);
  }
}
