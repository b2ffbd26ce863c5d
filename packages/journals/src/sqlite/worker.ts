import { DatabaseSync, type StatementSync } from 'node:sqlite';
import { parentPort } from 'node:worker_threads';
import type { Answer, Asked, Query, Request, ResultRow, Trouble, Write } from './protocol.ts';

/**
 * A thread that owns one connection, so that a slow disk stops nobody else. It imports nothing but types: it has to load
 * as a source file and as a built one.
 */

const BUSY_TIMEOUT_MS = 10_000;
const STATEMENTS_MAX = 200;

class GuardRefused extends Error {}

let database: DatabaseSync | undefined;
const statements = new Map<string, StatementSync>();

function connection(): DatabaseSync {
  if (!database) throw new Error('the database is not open');
  return database;
}

function prepared(sql: string): StatementSync {
  let statement = statements.get(sql);
  if (!statement) {
    if (statements.size >= STATEMENTS_MAX) statements.clear();
    statement = connection().prepare(sql);
    statement.setReturnArrays(true);
    statements.set(sql, statement);
  }
  return statement;
}

const rowsOf = (query: Query) => prepared(query.sql).all(...query.parameters) as unknown as ResultRow[];

function inTransaction<T>(begin: string, work: () => T): T {
  const open = connection();
  open.exec(begin);
  try {
    const result = work();
    open.exec('commit');
    return result;
  } catch (thrown) {
    // SQLite has already rolled back after some errors, a full disk for one.
    if (open.isTransaction) open.exec('rollback');
    throw thrown;
  }
}

function write({ guard, steps, delayCommitMs, failCommit }: Write): void {
  inTransaction('begin immediate', () => {
    if (guard) {
      const found = rowsOf(guard)[0]?.[0];
      if (found !== guard.expected) throw new GuardRefused(`expected ${guard.expected}, found ${found}`);
    }
    for (const { sql, width, values } of steps) {
      const statement = prepared(sql);
      if (width === 0) statement.run();
      else for (let at = 0; at < values.length; at += width) statement.run(...values.slice(at, at + width));
    }
    if (delayCommitMs) Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, delayCommitMs);
    if (failCommit) throw new Error('the commit was made to fail');
  });
}

function answer(request: Request): ResultRow[][] {
  if (request.kind === 'read') {
    const all = () => request.queries.map(rowsOf);
    return request.queries.length === 1 ? all() : inTransaction('begin', all);
  }
  if (request.kind === 'open') {
    database = new DatabaseSync(request.path, { readOnly: request.readOnly, timeout: BUSY_TIMEOUT_MS });
    for (const pragma of request.pragmas) database.exec(`pragma ${pragma}`);
  } else if (request.kind === 'write') {
    write(request);
  } else if (request.kind === 'run') {
    for (const sql of request.sql) connection().exec(sql);
  } else {
    statements.clear();
    database?.close();
    database = undefined;
  }
  return [];
}

function troubleOf(thrown: unknown): Trouble {
  if (!(thrown instanceof Error)) return { message: String(thrown) };
  const code = 'errcode' in thrown && typeof thrown.errcode === 'number' ? thrown.errcode : undefined;
  return { message: thrown.message, code, refused: thrown instanceof GuardRefused };
}

const reply = (said: Answer) => parentPort?.postMessage(said, []);

parentPort?.on('message', ({ id, request }: Asked) => {
  try {
    reply({ id, results: answer(request) });
  } catch (thrown) {
    reply({ id, trouble: troubleOf(thrown) });
  }
  if (request.kind === 'close') parentPort?.close();
});
