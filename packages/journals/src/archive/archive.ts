import { readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Entry } from '@fusion-kit/domain/entry';
import { FusionError } from '@fusion-kit/domain/errors';
import type { EventFilter } from '@fusion-kit/domain/ports/journal';
import { upcastEntry } from '@fusion-kit/domain/upcast';
import { idsOf, matches } from './event-match.ts';
import type { Block, Footer } from './footer.ts';
import { blocksNaming } from './postings.ts';
import { Segment } from './segment.ts';
import { isUnfinished, rangeOf } from './segment-name.ts';

/** Unpacked blocks that are kept, a megabyte each at most: whoever reads on, reads the same one again. */
const BLOCKS_KEPT = 8;

/** The segments of a data directory as the beginning of its log: events 1 to `end`. */
export class Archive {
  readonly directory: string;
  readonly #segments: Segment[];
  readonly #unpacked = new Map<string, Promise<string[]>>();

  constructor(directory: string, segments: readonly Segment[]) {
    this.directory = directory;
    this.#segments = [...segments];
  }

  /** Number of the last archived event; 0 when there is none. */
  get end(): number {
    return this.#segments.at(-1)?.last ?? 0;
  }

  get segments(): readonly Segment[] {
    return this.#segments;
  }

  add(segment: Segment): void {
    this.#segments.push(segment);
  }

  /** Like `Journal.readAfter`, of what is archived. @throws {FusionError} `journal_failed` naming what is damaged */
  async readAfter(after: number, limit: number, filter: EventFilter = {}): Promise<Entry[]> {
    const found: Entry[] = [];
    const within = boundsOf(after, filter);
    const segments = inOrder(
      this.#segments.filter((segment) => within(segment)),
      filter,
    );
    for (const segment of segments) {
      const footer = await segment.footer();
      for (const block of inOrder(blocksFor(footer, filter), filter)) {
        if (!within(block)) continue;
        pick(found, await this.#lines(segment, block), { first: block.first, within, limit, filter });
        if (found.length === limit) return found;
      }
    }
    return found;
  }

  #lines(segment: Segment, block: Block): Promise<string[]> {
    const key = `${block.first}`;
    const known = this.#unpacked.get(key);
    const lines = known ?? segment.lines(block);
    // Taken out and put in again: the first in the map is the one that was used longest ago.
    this.#unpacked.delete(key);
    this.#unpacked.set(key, lines);
    lines.catch(() => this.#unpacked.delete(key));
    const oldest = this.#unpacked.keys().next().value;
    if (this.#unpacked.size > BLOCKS_KEPT && oldest !== undefined) this.#unpacked.delete(oldest);
    return lines;
  }
}

type Within = (range: { first: number; last: number }) => boolean;

/** Whether some of the numbers from `first` to `last` are on the asked side of `after`. */
const boundsOf =
  (after: number, { newestFirst }: EventFilter): Within =>
  ({ first, last }) =>
    newestFirst ? after === 0 || first < after : last > after;

const inOrder = <T>(items: readonly T[], { newestFirst }: EventFilter): readonly T[] =>
  newestFirst ? items.toReversed() : items;

/** The blocks that may hold what a filter asks for. */
function blocksFor({ blocks, postings }: Footer, filter: EventFilter): Block[] {
  const { types, severities, since } = filter;
  const named = idsOf(filter).map((id) => blocksNaming(postings, id));
  return blocks.filter(
    (block, at) =>
      named.every((naming) => naming.has(at)) &&
      (types === undefined || types.some((type) => block.types.includes(type))) &&
      (severities === undefined || severities.some((severity) => block.severities.includes(severity))) &&
      (since === undefined || block.to >= since),
  );
}

interface Picking {
  first: number;
  within: Within;
  limit: number;
  filter: EventFilter;
}

/** Takes from the lines of a block what is asked for, until there is enough. */
function pick(found: Entry[], lines: readonly string[], { first, within, limit, filter }: Picking): void {
  const ids = idsOf(filter);
  for (let step = 0; step < lines.length && found.length < limit; step += 1) {
    const at = filter.newestFirst ? lines.length - 1 - step : step;
    const seq = first + at;
    const line = lines[at] ?? '';
    // Looking for the id in the text costs a fraction of parsing it.
    if (!within({ first: seq, last: seq }) || !ids.every((id) => line.includes(id))) continue;
    const entry = upcastEntry(JSON.parse(line) as Entry);
    if (matches(entry, filter)) found.push(entry);
  }
}

/**
 * The archive below a data directory. What a killed process left unfinished is removed, unless it is only looked at.
 * @throws {FusionError} `journal_failed` when segments are missing, or are of other data
 */
export async function openArchive(directory: string, dataId: string, { readOnly = false } = {}): Promise<Archive> {
  const names = await readdir(directory).catch(() => []); // nothing was ever archived
  if (!readOnly) for (const name of names.filter(isUnfinished)) await rm(join(directory, name), { force: true });
  const ranges = names.flatMap((name) => rangeOf(name) ?? []).toSorted((one, other) => one.first - other.first);
  let end = 0;
  for (const { first, last } of ranges) {
    if (first !== end + 1) throw broken(directory, `it goes on with event ${first} after ${end}`);
    end = last;
  }
  const archive = new Archive(
    directory,
    ranges.map((range) => new Segment(directory, range)),
  );
  const footer = await archive.segments.at(-1)?.footer();
  if (footer && footer.dataId !== dataId) throw broken(directory, 'its segments belong to other data');
  return archive;
}

const broken = (directory: string, why: string): FusionError =>
  new FusionError('journal_failed', `the archive ${directory} is not the beginning of this log: ${why}`, {
    remedy: 'Copy what is missing from a backup; `fusion-kit recover` tells what else is damaged.',
  });
