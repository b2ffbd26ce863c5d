import type { Frame, SnapshotView } from '@fusion-kit/domain/api';
import type { Entry } from '@fusion-kit/domain/entry';
import type { AgentId } from '@fusion-kit/domain/ids';
import { inboxOf, type InboxItem } from '@fusion-kit/domain/inbox';
import { type Rows, type Table, TABLES } from '@fusion-kit/domain/row';
import { runEnded } from '@fusion-kit/domain/run';
import { World } from '@fusion-kit/domain/world';
import { type Activity, activityAfter, activityWriting } from './activity.ts';
import { type ModelCall, modelCall } from './model-call.ts';

/** Entries the page keeps for its streams; older ones are read from the server. */
export const RECENT_MAX = 2_000;
export const CALLS_MAX = 5_000;

export interface Connection {
  state: 'connecting' | 'live' | 'reconnecting' | 'refused';
  /** Milliseconds since 1970. */
  since: number;
}

/** What frames came to: `resync` when the page must start again from a snapshot. */
export type Received = 'applied' | 'resync';

/** What is listed, each list made anew only after a change. */
type Part = Table | 'recent' | 'calls' | 'inbox';

/** Runs `flush` once, soon: the browser's next frame, so that a burst of events is painted once. */
export type Soon = (flush: () => void) => void;

/**
 * The server's truth on this page: rows folded from the log by the domain's own fold, starting at a snapshot. Changes are told to
 * listeners in batches; between two of them every list keeps its identity.
 */
export class LiveStore {
  #world = new World();
  #seq = 0;
  #from = 0;
  #applied = 0;
  #version = 0;
  #recent: Entry[] = [];
  #calls: ModelCall[] = [];
  #fresh: Entry[] = [];
  #waiting = false;
  #connection: Connection = { state: 'connecting', since: 0 };
  #server: Omit<SnapshotView, 'rows'> | undefined;
  readonly #activities = new Map<AgentId, Activity>();
  readonly #revisions = new Map<Part, number>();
  readonly #lists = new Map<string, { revision: number; list: readonly unknown[] }>();
  readonly #listeners = new Set<() => void>();
  readonly #followers = new Set<(entries: readonly Entry[]) => void>();
  readonly #soon: Soon;
  readonly #now: () => number;

  constructor(soon: Soon, now: () => number) {
    this.#soon = soon;
    this.#now = now;
  }

  get world(): World {
    return this.#world;
  }
  /** Number of the last entry folded in. */
  get seq(): number {
    return this.#seq;
  }
  /** Number of the snapshot the rows started from; `from + applied === seq` at any time. */
  get from(): number {
    return this.#from;
  }
  get applied(): number {
    return this.#applied;
  }
  get version(): number {
    return this.#version;
  }
  get connection(): Connection {
    return this.#connection;
  }
  get server(): Omit<SnapshotView, 'rows'> | undefined {
    return this.#server;
  }
  /** The latest entries, oldest first. */
  get recent(): readonly Entry[] {
    return this.#list('recent', () => this.#recent.slice(-RECENT_MAX));
  }
  get calls(): readonly ModelCall[] {
    return this.#list('calls', () => this.#calls.slice(-CALLS_MAX));
  }
  all<T extends Table>(table: T): readonly Rows[T][] {
    return this.#list(table, () => [...this.#world.all(table)]);
  }
  /** What waits for a person in any run, what goes on when somebody acts before what failed; derived from the rows as they are. */
  get inbox(): readonly InboxItem[] {
    return this.#list('inbox', () =>
      inboxOf(
        this.#world,
        [...this.#world.all('runs')].filter((run) => !runEnded(run.state)),
      ),
    );
  }
  activity(agent: AgentId): Activity | undefined {
    return this.#activities.get(agent);
  }

  subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  /** Hands every later entry to `follower`, in batches, until the returned function is called. */
  follow(follower: (entries: readonly Entry[]) => void): () => void {
    this.#followers.add(follower);
    return () => this.#followers.delete(follower);
  }

  /** Starts anew from a snapshot. `history` holds entries up to it for the streams, in any order. */
  start({ rows, ...server }: SnapshotView, history: readonly Entry[] = [], calls: readonly Entry[] = []): void {
    this.#world = new World();
    for (const table of TABLES) {
      if (!(table in rows)) continue;
      for (const row of rows[table as keyof typeof rows]) {
        this.#world.admit({ table, id: row.id, row } as Parameters<World['admit']>[0]);
      }
    }
    this.#server = server;
    this.#seq = this.#from = server.seq;
    this.#applied = 0;
    this.#activities.clear();
    this.#recent = history.filter((entry) => entry.seq <= server.seq).toSorted((a, b) => a.seq - b.seq);
    for (const entry of this.#recent) this.#note(entry);
    this.#calls = calls
      .filter((entry) => entry.seq <= server.seq)
      .toSorted((a, b) => a.seq - b.seq)
      .flatMap((entry) => modelCall(entry) ?? []);
    for (const table of TABLES) this.#touch(table);
    this.#touch('recent');
    this.#touch('calls');
    this.#tell();
  }

  /** Folds frames in: what was seen is ignored; a gap, or an event that the rows refuse, asks for a new snapshot. */
  receive(frames: readonly Frame[]): Received {
    for (const frame of frames) {
      if (frame.kind === 'delta') {
        this.#activities.set(
          frame.agentId,
          activityWriting(this.#activities.get(frame.agentId), frame.text, this.#now()),
        );
        this.#tell();
      }
      if (frame.kind !== 'entry' || frame.seq <= this.#seq) continue;
      if (frame.seq !== this.#seq + 1) return 'resync';
      const { kind: _kind, ...entry } = frame;
      if (!this.#apply(entry)) return 'resync';
    }
    return 'applied';
  }

  connectionIs(state: Connection['state']): void {
    if (state === this.#connection.state) return;
    this.#connection = { state, since: this.#now() };
    this.#tell();
  }

  #apply(entry: Entry): boolean {
    try {
      for (const write of this.#world.apply(entry)) this.#touch(write.table);
    } catch {
      return false; // the rows of this page are not the server's: begin again
    }
    this.#seq = entry.seq;
    this.#applied++;
    this.#recent.push(entry);
    if (this.#recent.length > 2 * RECENT_MAX) this.#recent = this.#recent.slice(-RECENT_MAX);
    this.#fresh.push(entry);
    this.#touch('recent');
    this.#note(entry);
    const call = modelCall(entry);
    if (call) {
      this.#calls.push(call);
      if (this.#calls.length > 2 * CALLS_MAX) this.#calls = this.#calls.slice(-CALLS_MAX);
      this.#touch('calls');
    }
    this.#tell();
    return true;
  }

  #note(entry: Entry): void {
    const told = activityAfter(entry);
    if (!told) return;
    if (told.activity) this.#activities.set(told.agentId, told.activity);
    else this.#activities.delete(told.agentId);
  }

  #touch(part: Part): void {
    this.#revisions.set(part, (this.#revisions.get(part) ?? 0) + 1);
    if (part === 'tasks' || part === 'runs' || part === 'agents') this.#touch('inbox');
  }

  #list<Item>(part: Part, make: () => Item[]): readonly Item[] {
    const revision = this.#revisions.get(part) ?? 0;
    const kept = this.#lists.get(part);
    if (kept?.revision === revision) return kept.list as readonly Item[];
    const list = make();
    this.#lists.set(part, { revision, list });
    return list;
  }

  #tell(): void {
    if (this.#waiting) return;
    this.#waiting = true;
    this.#soon(() => {
      this.#waiting = false;
      this.#version++;
      const fresh = this.#fresh;
      this.#fresh = [];
      if (fresh.length > 0) for (const follower of this.#followers) follower(fresh);
      for (const listener of this.#listeners) listener();
    });
  }
}
