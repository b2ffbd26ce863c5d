import { FusionError } from '@fusion-kit/domain/errors';
import { SqliteTrouble } from './connection.ts';

// https://www.sqlite.org/rescode.html
const PERM = 3;
const BUSY = 5;
const READONLY = 8;
const CANTOPEN = 14;
const CONSTRAINT_PRIMARYKEY = 1555;
const CONSTRAINT_ROWID = 2579;

/** The primary result code behind an extended one. */
const primary = (code: number | undefined): number => (code ?? 0) & 0xff;

export const isBusy = (code: number | undefined): boolean => primary(code) === BUSY;

/** Why a batch was not written. */
export function appendFailure(thrown: unknown): FusionError {
  if (thrown instanceof FusionError) return thrown;
  const trouble = thrown instanceof SqliteTrouble ? thrown : undefined;
  if (trouble?.refused || trouble?.code === CONSTRAINT_PRIMARYKEY || trouble?.code === CONSTRAINT_ROWID) {
    return new FusionError('version_conflict', `the journal holds another last event: ${trouble.message}`);
  }
  return journalFailure('the journal cannot write', thrown);
}

/** Why a file of the data directory was not opened: the directory's fault, or the file's. */
export function openFailure(path: string, thrown: unknown): FusionError {
  if (thrown instanceof FusionError) return thrown;
  const code = thrown instanceof Error && 'errcode' in thrown ? Number(thrown.errcode) : undefined;
  const found = primary(thrown instanceof SqliteTrouble ? thrown.code : code);
  if (found === PERM || found === READONLY || found === CANTOPEN) {
    return new FusionError('data_directory_unusable', `${path} cannot be opened for writing`, { cause: thrown });
  }
  return journalFailure(`${path} cannot be opened`, thrown);
}

export function journalFailure(what: string, thrown: unknown): FusionError {
  if (thrown instanceof FusionError) return thrown;
  const why = thrown instanceof Error ? thrown.message : String(thrown);
  return new FusionError('journal_failed', `${what}: ${why}`, { cause: thrown });
}
