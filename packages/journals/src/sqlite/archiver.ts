import { FusionError } from '@fusion-kit/domain/errors';
import type { Archived } from '@fusion-kit/domain/ports/journal';
import type { Archive } from '../archive/archive.ts';
import { type ArchiveStep, type KeptEvent, type SegmentBounds, writeSegment } from '../archive/write-segment.ts';
import type { Connection } from './connection.ts';
import type { Query, ResultRow } from './protocol.ts';
import { builder, compiled } from './tables.ts';
import { journalFailure } from './troubles.ts';

/** Numbers of the first and the last event in the database, both 0 when there is none. Each asked for by itself: together they would take a scan. */
export const BOUNDS: Query = {
  sql: 'select coalesce((select min(seq) from events), 0), coalesce((select max(seq) from events), 0)',
  parameters: [],
};
const READ_AT_ONCE = 1_000;
/** Deleted in one transaction. Appends wait for one such transaction at most, a few milliseconds. */
const DELETED_AT_ONCE = 500;

export interface ArchiverParts {
  archive: Archive;
  dataId: string;
  reader: Connection;
  writer: Connection;
  bounds: SegmentBounds;
  onStep: (step: ArchiveStep) => void;
}

/**
 * Moves the beginning of the log from the database into segments. At every moment each event is in a segment that is whole and synced, or in the
 * database, or in both; what is in both counts once, as archived, and is deleted from the database at the next chance.
 */
export class Archiver {
  readonly #parts: ArchiverParts;
  #last: Promise<unknown> = Promise.resolve();
  #stopped = false;

  constructor(parts: ArchiverParts) {
    this.#parts = parts;
  }

  /** One after another, however many ask. */
  archive(before: number): Promise<Archived> {
    const archived = this.#last.then(() => this.#archive(before));
    this.#last = archived.catch(() => {});
    return archived;
  }

  /** Deletes what a killed process had archived and not yet deleted. @throws {FusionError} `journal_failed` when there are events in neither */
  async finish(): Promise<void> {
    const { archive, writer } = this.#parts;
    const [[first = 0, last = 0] = []] = await writer.readOne(BOUNDS);
    if (archive.end === 0 && Number(first) <= 1) return;
    // The newest event is never archived, so a log that has any goes on in the database.
    if (Number(first) > archive.end + 1 || Number(last) <= archive.end)
      throw new FusionError(
        'journal_failed',
        `the log has a gap: ${archive.directory} ends with event ${archive.end}, and the database holds ${first} to ${last}`,
        { remedy: 'Copy what is missing from a backup; `fusion-kit recover` tells what else is damaged.' },
      );
    await this.#deleteArchived();
  }

  /** Ends between two steps; what is archived by then stays so. */
  async stop(): Promise<void> {
    this.#stopped = true;
    await this.#last;
  }

  async #archive(before: number): Promise<Archived> {
    const { archive, dataId, bounds, reader, onStep } = this.#parts;
    const from = archive.end;
    const segments = archive.segments.length;
    try {
      const [[, head = 0] = []] = await reader.readOne(BOUNDS);
      const end = Math.min(before, Number(head)) - 1;
      while (archive.end < end && !this.#stopped) {
        const first = archive.end + 1;
        const events = keptEvents(reader, first, end);
        archive.add(await writeSegment({ directory: archive.directory, dataId, first, bounds, events, onStep }));
        await this.#deleteArchived();
        onStep('deleted');
      }
    } catch (thrown) {
      throw journalFailure('the log cannot be archived', thrown);
    }
    return { segments: archive.segments.length - segments, events: archive.end - from, end: archive.end };
  }

  async #deleteArchived(): Promise<void> {
    const { archive, writer, onStep } = this.#parts;
    while (!this.#stopped) {
      const [[first = 0] = []] = await writer.readOne(BOUNDS);
      if (Number(first) > archive.end) return;
      const last = Math.min(Number(first) + DELETED_AT_ONCE - 1, archive.end);
      await writer.write({ steps: [{ sql: 'delete from events where seq <= ?', width: 1, values: [last] }] });
      onStep('deleting');
    }
  }
}

const page = (after: number, last: number): Query =>
  compiled(
    builder
      .selectFrom('events')
      .select(['seq', 'at', 'type', 'severity', 'project_id', 'run_id', 'task_id', 'agent_id', 'event', 'keyed'])
      .where('seq', '>', after)
      .where('seq', '<=', last)
      .orderBy('seq')
      .limit(READ_AT_ONCE),
  );

function keptEvent([seq, at, type, severity, project, run, task, agent, event, keyed]: ResultRow): KeptEvent {
  return {
    seq: Number(seq),
    at: Number(at),
    type: String(type),
    severity: String(severity),
    columns: [project, run, task, agent].map((id) => (typeof id === 'string' ? id : null)),
    event: String(event),
    keyed: typeof keyed === 'string' ? keyed : null,
  };
}

/** The events from one number to another as they are kept, in order. */
export async function* keptEvents(reader: Connection, first: number, last: number): AsyncGenerator<KeptEvent> {
  for (let after = first - 1; after < last;) {
    const rows = await reader.readOne(page(after, last));
    for (const row of rows) yield keptEvent(row);
    if (rows.length < READ_AT_ONCE) return;
    after = Number(rows.at(-1)?.[0] ?? last);
  }
}
