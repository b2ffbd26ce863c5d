/** What the main thread and a database thread say to each other. Flat and generic: the SQL is known to the main thread only. */

export type Value = string | number | null;

export interface Query {
  sql: string;
  parameters: readonly Value[];
}

/** One statement, run once for each `width` of `values`. */
export interface Step {
  sql: string;
  width: number;
  values: readonly Value[];
}

export interface Write {
  kind: 'write';
  /** The first column of this query must be `expected`, else nothing is written. */
  guard?: Query & { expected: Value };
  steps: readonly Step[];
  /** For tests: wait before the commit, or fail instead of it. */
  delayCommitMs?: number;
  failCommit?: boolean;
}

export type Request =
  | { kind: 'open'; path: string; readOnly: boolean; pragmas: readonly string[] }
  /** Queries of one read transaction; answers the rows of each, a row being an array. */
  | { kind: 'read'; queries: readonly Query[] }
  | Write
  /** Statements outside a transaction, or that open and end one. */
  | { kind: 'run'; sql: readonly string[] }
  | { kind: 'close' };

export type ResultRow = readonly Value[];
export type Asked = { id: number; request: Request };

/** `code` is SQLite's extended result code; `refused` says that the guard did not hold. */
export interface Trouble {
  message: string;
  code?: number | undefined;
  refused?: boolean | undefined;
}
export type Answer = { id: number; results: ResultRow[][] } | { id: number; trouble: Trouble };
