import type { AgentSpec } from '@fusion-kit/domain/agent';
import type { Command } from '@fusion-kit/domain/command';
import type { Entry } from '@fusion-kit/domain/entry';
import { asFusionError } from '@fusion-kit/domain/errors';
import type { JournalFaults } from '@fusion-kit/domain/ports/journal';
import type { Caller } from '@fusion-kit/domain/ports/upstream';
import type { Rows, Table } from '@fusion-kit/domain/row';
import { World } from '@fusion-kit/domain/world';
import { loadActive } from '@fusion-kit/engine/load';
import { Log } from '@fusion-kit/engine/log';
import { recoveryOf } from '@fusion-kit/engine/recovery';
import { Writer } from '@fusion-kit/engine/writer';
import { ArrayJournal } from '@fusion-kit/testing/array-journal';
import { sampleId } from '@fusion-kit/testing/journal-samples';
import { Ledger } from './ledger.ts';
import { recount } from './recount.ts';

/** What an agent has been given, and how far it has come. It goes on speaking after it was stopped: nobody may listen. */
export interface Hand {
  caller: Caller;
  stage: number;
}

/** A report on its way: it may come late, twice, in another order, or to another server than the one it was meant for. */
export interface Report {
  command: Command;
  /** The event that must be in the log of its dispatch once somebody said that it is kept. */
  shownBy: readonly string[];
  dispatchId: string;
}

export const PROJECT = sampleId('prj', 1);
export const member = (name: string, more: Partial<AgentSpec> = {}): AgentSpec => ({
  name,
  runtime: 'model-loop',
  capabilities: ['code'],
  subscriptions: ['note.>'],
  budget: {},
  ...more,
});

/**
 * The real writer, world, recovery and cold storage over a journal in memory, with everything around them made of lists: agents, network and git. The clock
 * stands still unless it is moved. Every event goes to the ledger as soon as it is durable.
 */
export class Town {
  readonly ledger = new Ledger();
  readonly faults: JournalFaults = {};
  readonly journal = new ArrayJournal(this.faults);
  readonly hands: Hand[] = [];
  readonly network: Report[] = [];
  readonly kept: Report[] = [];
  readonly keptMessages: string[] = [];
  /** What has been merged, by run: the commits in their order. */
  readonly merged = new Map<string, string[]>();
  at = 1_000_000;
  world = new World();
  #writer: Writer | undefined;
  #told = 0;
  #ids = 10;

  id<Prefix extends 'dsp' | 'tsk' | 'run' | 'agt' | 'rsv' | 'msg' | 'wfl'>(prefix: Prefix) {
    this.#ids += 1;
    return sampleId(prefix, this.#ids);
  }

  /** Begins a new life with what is durable, as a server does. */
  async open(): Promise<void> {
    delete this.faults.failCommitAt;
    this.world = new World();
    await loadActive(this.journal, this.world);
    const head = (await this.journal.readAfter(0, 1, { newestFirst: true }))[0]?.seq ?? 0;
    const log = new Log(this.journal, head);
    this.#writer = new Writer({ journal: this.journal, log, world: this.world, clock: () => this.at });
    await this.submit({ type: 'server.record', event: { type: 'server.started', v: 1, version: 'test', pid: 1 } });
    for (const command of recoveryOf(this.world)) await this.submit(command);
  }

  /** The next commit fails, and with it the process. */
  breakNextCommit(): void {
    this.faults.failCommitAt = this.#told + 1;
  }

  /**
   * Whether it was done; false when it was refused, or nobody was left to say.
   * @throws when the refusal is a contradiction of the engine with itself
   */
  async submit(command: Command): Promise<boolean> {
    const [done = false] = await this.submitAll([command]);
    return done;
  }

  /** Several at once, which the writer decides in one batch. */
  async submitAll(commands: readonly Command[]): Promise<boolean[]> {
    const writer = this.#writer;
    if (!writer) throw new Error('nobody is there');
    const answers = await Promise.allSettled(commands.map((command) => writer.submit(command)));
    const refusals = answers.map((answer) => (answer.status === 'rejected' ? asFusionError(answer.reason) : undefined));
    await this.#tell();
    const contradiction = refusals.find((refusal) => refusal?.code === 'internal');
    if (contradiction) throw contradiction;
    if (refusals.some((refusal) => refusal?.code === 'journal_failed')) await this.open();
    else this.#check();
    return refusals.map((refusal) => refusal === undefined);
  }

  /** Hands a report to whoever is there now. */
  async deliver(report: Report): Promise<void> {
    if (await this.submit(report.command)) this.kept.push(report);
  }

  /** Merges a commit, however often it is asked to. */
  merge(run: string, commit: string): void {
    const commits = this.merged.get(run) ?? [];
    this.merged.set(run, commits);
    if (!commits.includes(commit)) commits.push(commit);
  }

  /** The rows of a table as they are now: what is done with one may add others. */
  list<T extends Table>(table: T): Rows[T][] {
    return Array.from(this.world.all(table));
  }

  async log(): Promise<Entry[]> {
    return this.journal.readAfter(0, 1_000_000);
  }

  #check(): void {
    this.ledger.settled();
    recount(this.world);
  }

  async #tell(): Promise<void> {
    const entries = await this.journal.readAfter(this.#told, 1_000_000);
    for (const entry of entries) {
      this.ledger.see(entry);
      const { event } = entry;
      if (event.type === 'task.assigned') {
        const { projectId, runId, taskId, agentId, dispatchId } = event;
        this.hands.push({ caller: { projectId, runId, taskId, agentId, dispatchId }, stage: 0 });
      }
    }
    this.#told = entries.at(-1)?.seq ?? this.#told;
  }
}
