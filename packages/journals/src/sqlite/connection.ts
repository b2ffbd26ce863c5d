import { extname } from 'node:path';
import { Worker } from 'node:worker_threads';
import { FusionError } from '@fusion-kit/domain/errors';
import type { Answer, Query, Request, ResultRow, Trouble, Write } from './protocol.ts';

/** What a thread reported, before anybody has given it a meaning. */
export class SqliteTrouble extends Error {
  readonly code: number | undefined;
  readonly refused: boolean;

  constructor(trouble: Trouble) {
    super(trouble.message);
    this.name = 'SqliteTrouble';
    this.code = trouble.code;
    this.refused = trouble.refused ?? false;
  }
}

interface Waiting {
  resolve: (results: ResultRow[][]) => void;
  reject: (thrown: unknown) => void;
}

/** One database connection in a thread of its own; requests are answered in the order they were made. */
export class Connection {
  // The process's own flags are not for a thread: with --input-type or --import it would not start.
  readonly #worker = new Worker(new URL(`./worker${extname(import.meta.url)}`, import.meta.url), { execArgv: [] });
  readonly #waiting = new Map<number, Waiting>();
  readonly #exited: Promise<void>;
  #lastId = 0;
  #gone: unknown;

  constructor() {
    this.#worker.on('message', (said: Answer) => this.#settle(said));
    this.#worker.on('error', (thrown) => this.#fail(thrown));
    this.#exited = new Promise((resolve) => {
      this.#worker.once('exit', () => {
        this.#fail(new FusionError('journal_failed', 'the journal is closed'));
        resolve();
      });
    });
  }

  /** How many requests it has not answered. */
  get load(): number {
    return this.#waiting.size;
  }

  /** @param pragmas as `name = value` */
  async open(path: string, readOnly: boolean, pragmas: readonly string[]): Promise<void> {
    await this.#ask({ kind: 'open', path, readOnly, pragmas });
  }

  /** The rows of each query, all as of one moment. */
  read(queries: readonly Query[]): Promise<ResultRow[][]> {
    return this.#ask({ kind: 'read', queries });
  }

  async readOne(query: Query): Promise<ResultRow[]> {
    return (await this.read([query]))[0] ?? [];
  }

  async write(write: Omit<Write, 'kind'>): Promise<void> {
    await this.#ask({ kind: 'write', ...write });
  }

  async run(...sql: string[]): Promise<void> {
    await this.#ask({ kind: 'run', sql });
  }

  /** Answers what was asked before, then ends the thread. */
  async close(): Promise<void> {
    if (this.#gone === undefined) await this.#ask({ kind: 'close' });
    await this.#exited;
  }

  #ask(request: Request): Promise<ResultRow[][]> {
    if (this.#gone !== undefined) return Promise.reject(this.#gone);
    return new Promise((resolve, reject) => {
      this.#lastId += 1;
      this.#waiting.set(this.#lastId, { resolve, reject });
      this.#worker.postMessage({ id: this.#lastId, request }, []);
    });
  }

  #settle(said: Answer): void {
    const waiting = this.#waiting.get(said.id);
    this.#waiting.delete(said.id);
    if ('trouble' in said) waiting?.reject(new SqliteTrouble(said.trouble));
    else waiting?.resolve(said.results);
  }

  #fail(thrown: unknown): void {
    this.#gone ??= thrown;
    for (const waiting of this.#waiting.values()) waiting.reject(this.#gone);
    this.#waiting.clear();
  }
}
