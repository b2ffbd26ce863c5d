import { ChangedRows } from '@fusion-kit/domain/changed-rows';
import type { Command } from '@fusion-kit/domain/command';
import { decide, namedBy } from '@fusion-kit/domain/decide';
import type { Entry } from '@fusion-kit/domain/entry';
import { asFusionError, FusionError } from '@fusion-kit/domain/errors';
import { EVENT_MAX, type Event } from '@fusion-kit/domain/event';
import { fold } from '@fusion-kit/domain/fold';
import type { Journal } from '@fusion-kit/domain/ports/journal';
import type { RowWrite, Table } from '@fusion-kit/domain/row';
import type { World } from '@fusion-kit/domain/world';
import { Cold } from './cold.ts';
import type { Accepted, Idempotency } from './engine.ts';
import type { Log } from './log.ts';

/** Decisions run at most this long before their batch is handed to the journal and the event loop breathes. */
const SLICE_MS = 4;
const BATCH_COMMANDS_MAX = 512;
/** Batches on their way to the disk while the next is decided. */
const IN_FLIGHT_MAX = 2;

interface Pending {
  command: Command;
  idempotency: Idempotency | undefined;
  reply: unknown;
  resolve(accepted: Accepted): void;
  reject(error: FusionError): void;
}

/** What a batch has come to. */
interface Decided {
  entries: Entry[];
  /** The events of the entries as JSON. */
  texts: string[];
  written: ChangedRows;
}

export interface WriterOptions {
  journal: Journal;
  log: Log;
  world: World;
  clock: () => number;
}

/**
 * The one writer. Commands that arrive together are decided and committed together; deciding runs ahead in memory, telling does not: replies, refusals and reads
 * wait for the commit of the latest batch they saw. After a failed commit memory is worth nothing, so everything is refused and the process has to end.
 */
export class Writer {
  readonly #options: WriterOptions;
  readonly #cold: Cold;
  readonly #queue: Pending[] = [];
  #seq: number;
  #deciding = false;
  /** Commits that are under way, in their order. */
  readonly #inFlight: Promise<void>[] = [];
  #lastCommit: Promise<void> = Promise.resolve();
  #ahead: (entries: readonly Entry[]) => void = () => {};
  #handedOver: (entries: readonly Entry[]) => void = () => {};
  #failure: FusionError | undefined;
  #fail: (error: FusionError) => void = () => {};
  /** Rejects when a commit has failed, or the journal. */
  readonly failed: Promise<never>;

  constructor(options: WriterOptions) {
    this.#options = options;
    this.#cold = new Cold(options.journal, options.world);
    this.#seq = options.log.head;
    this.failed = new Promise((_resolve, reject) => (this.#fail = reject));
    this.failed.catch(() => {});
    options.journal.failed?.catch((thrown: unknown) => this.#stop(asFusionError(thrown)));
  }

  /** @throws {FusionError} the refusal, once what it saw is durable */
  submit(command: Command, idempotency?: Idempotency, reply: unknown = null): Promise<Accepted> {
    return new Promise((resolve, reject) => {
      if (this.#failure) return reject(this.#failure);
      this.#queue.push({ command, idempotency, reply, resolve, reject });
      if (!this.#deciding) void this.#decideAll();
    });
  }

  /**
   * Shows entries as soon as they are decided, before they are durable. Only for whoever does nothing but put commands to this writer: those are
   * committed after what they saw, or not at all.
   */
  ahead(see: (entries: readonly Entry[]) => void): void {
    this.#ahead = see;
  }

  /**
   * Shows entries as soon as they are on their way to the disk, for whoever prepares what it tells when they are durable. What is read right then waits for them
   * and for nothing later.
   */
  handedOver(see: (entries: readonly Entry[]) => void): void {
    this.#handedOver = see;
  }

  async read<T>(look: (world: World) => T): Promise<T> {
    if (this.#failure) throw this.#failure;
    const seen = look(this.#options.world);
    await this.#lastCommit;
    return seen;
  }

  /** Resolves when everything decided so far is durable. */
  async settled(): Promise<void> {
    while (this.#deciding || this.#inFlight.length > 0)
      await this.#lastCommit.then(() => new Promise((resolve) => setImmediate(resolve)));
  }

  async #decideAll(): Promise<void> {
    this.#deciding = true;
    await Promise.resolve(); // commands of the same tick travel together
    try {
      while (this.#queue.length > 0 && !this.#failure) {
        while (this.#inFlight.length >= IN_FLIGHT_MAX) await this.#inFlight[0];
        const batch = this.#queue.splice(0, BATCH_COMMANDS_MAX);
        // No await when all of it is in memory: what has ended could leave meanwhile.
        const rows = batch.every((pending) => this.#isPresent(pending))
          ? []
          : await this.#cold.read(batch.flatMap(namesIn));
        this.#decideBatch(batch, rows);
        await new Promise((resolve) => setImmediate(resolve));
      }
    } catch (thrown) {
      this.#stop(asFusionError(thrown));
    } finally {
      this.#deciding = false;
    }
  }

  /**
   * Decides what fits the slice and sends it off; what does not fit goes back to the head of the queue. What is submitted by those who look ahead travels along:
   * the end of a task and the start of the next are one commit. No await: what it saw is what it commits.
   */
  #decideBatch(batch: readonly Pending[], rows: readonly RowWrite[]): void {
    const { world, clock, journal, log } = this.#options;
    for (const row of rows) if (!world.get(row.table, row.id)) world.admit(row);
    const expected = this.#seq;
    const entries: Entry[] = [];
    const texts: string[] = [];
    const written = new ChangedRows();
    const tellings: (() => void)[] = [];
    const started = performance.now();
    const decided: Pending[] = [];
    const hasRoom = () =>
      decided.length === 0 || (decided.length < BATCH_COMMANDS_MAX && performance.now() - started <= SLICE_MS);
    const take = (pending: Pending) => {
      decided.push(pending);
      tellings.push(this.#decideOne(pending, clock(), { entries, texts, written }));
    };
    for (const pending of batch) {
      if (!hasRoom()) break;
      take(pending);
    }
    this.#queue.unshift(...batch.slice(decided.length));
    const stopped = (thrown: unknown) => {
      const error = this.#stop(asFusionError(thrown));
      for (const pending of decided) pending.reject(error);
      return error;
    };
    try {
      for (let shown = 0; shown < entries.length;) {
        const news = entries.slice(shown);
        shown = entries.length;
        this.#ahead(news);
        while (this.#queue[0] && hasRoom() && this.#isPresent(this.#queue[0])) take(this.#queue.shift()!);
      }
    } catch (thrown) {
      throw stopped(thrown);
    }
    const before = this.#lastCommit;
    const changed = [...written];
    this.#cold.hold(changed);
    const commit = entries.length === 0 ? before : journal.append({ expected, entries, texts, rows: changed });
    this.#lastCommit = Promise.all([before, commit]).then(
      () => {
        void this.#inFlight.shift();
        log.publish(entries);
        for (const tell of tellings) tell();
        this.#cold.release([...rows, ...changed]);
      },
      (thrown: unknown) => {
        void this.#inFlight.shift();
        throw stopped(thrown);
      },
    );
    this.#inFlight.push(this.#lastCommit);
    this.#lastCommit.catch(() => {});
    this.#handedOver(entries);
  }

  /** Whether all that a command names is in memory, so that nothing has to be read for it. */
  #isPresent({ command, idempotency }: Pending): boolean {
    return (
      idempotency === undefined &&
      namedBy(command).every(({ table, id }) => this.#options.world.get(table, id) !== undefined)
    );
  }

  #decideOne(pending: Pending, at: number, { entries, texts, written }: Decided): () => void {
    const { world } = this.#options;
    const { idempotency, command } = pending;
    const known = idempotency && world.get('keys', idempotency.key);
    if (known) {
      if (known.digest === idempotency.digest)
        return () => pending.resolve({ seq: known.seq, reply: known.reply, repeated: true });
      const conflict = new FusionError(
        'idempotency_conflict',
        `the key ${idempotency.key} was used for a different request`,
      );
      return () => pending.reject(conflict);
    }
    const { events, refused } = decide(world, command, at);
    const made = (events ?? []).map((event) => JSON.stringify(event));
    const tooLarge = made.findIndex((text) => text.length > EVENT_MAX);
    const refusal = events?.[tooLarge] ? oversized(events[tooLarge], made[tooLarge]!.length) : refused;
    if (refusal) return () => pending.reject(refusal);
    const decided = (events ?? []).map((event, index): Entry => {
      const keyed = index === 0 && idempotency ? { keyed: { ...idempotency, reply: pending.reply } } : {};
      return { seq: this.#seq + 1 + index, at, event, ...keyed };
    });
    const contradiction = this.#fold(decided, written);
    if (contradiction) return () => pending.reject(contradiction);
    for (const entry of decided) entries.push(entry);
    for (const text of made) texts.push(text);
    this.#seq += decided.length;
    const seq = this.#seq;
    return () => pending.resolve({ seq, reply: pending.reply, repeated: false });
  }

  /** Folds all of them in or none: a rule that contradicts a table of moves is a fault of ours, and refused before it costs more than its own command. */
  #fold(decided: readonly Entry[], written: ChangedRows): FusionError | undefined {
    const { world } = this.#options;
    const writes: RowWrite[] = [];
    const before: RowWrite[] = [];
    try {
      for (const entry of decided) {
        for (const write of fold(world, entry)) {
          before.push({ ...write, row: world.get(write.table, write.id) ?? null } as RowWrite);
          world.admit(write);
          writes.push(write);
        }
      }
    } catch (thrown) {
      for (const write of before.toReversed()) world.admit(write);
      const types = decided.map(({ event }) => event.type).join(', ');
      return new FusionError('internal', `${types} could not follow: ${asFusionError(thrown).message}`, {
        cause: thrown,
      });
    }
    for (const write of writes) written.put(write);
    return undefined;
  }

  #stop(cause: FusionError): FusionError {
    this.#failure ??= new FusionError('journal_failed', `nothing more can be kept: ${cause.message}`, { cause });
    this.#fail(this.#failure);
    for (const pending of this.#queue.splice(0)) pending.reject(this.#failure);
    return this.#failure;
  }
}

const oversized = (event: Event, size: number): FusionError =>
  new FusionError(
    'bad_request',
    `${event.type} would be ${size} characters, more than the ${EVENT_MAX} that an event may have`,
  );

const namesIn = ({ command, idempotency }: Pending): { table: Table; id: string }[] => [
  ...namedBy(command),
  ...(idempotency ? [{ table: 'keys' as const, id: idempotency.key }] : []),
];
