import { FusionError } from '@fusion-kit/domain/errors';
import { proofOf } from '@fusion-kit/domain/node';
import type { Proof as NodeProof } from '@fusion-kit/domain/nodes/kind';
import { cutText, keepText } from '@fusion-kit/domain/kept-text';
import type { Blobs } from '@fusion-kit/domain/ports/blobs';
import type { VerificationResult, Workspace, Workspaces } from '@fusion-kit/domain/ports/workspaces';
import { type CheckResult, type FileChange, type Receipt, RECEIPT_FILES_MAX } from '@fusion-kit/domain/receipt';
import type { StartDispatch } from '@fusion-kit/domain/runner-protocol';
import { pathMatcher } from './paths.ts';

/** What a receipt holds itself, in characters of JSON: of one check's output, of all of them together, of a command, of the names of files. */
const CHECK_OUTPUT_MAX = 1_000;
const CHECK_OUTPUTS_MAX = 1_500;
const COMMAND_MAX = 150;
const FILES_MAX = 3_000;
/** Checks that are told of: the last ones, since the one that failed is the last. */
const CHECKS_MAX = 20;
/** Paths that a failure names. */
const LISTED_MAX = 20;
const LISTED_CHARACTERS_MAX = 1_500;

export interface Proof {
  start: StartDispatch;
  workspace: Workspace;
  workspaces: Pick<Workspaces, 'verify'>;
  blobs: Blobs;
}

/** A rejected result, with the evidence that speaks against it. */
export interface Proven {
  receipt: Receipt;
  failure?: FusionError;
}

/** Collects the evidence for a dispatch: what changed, and what its verification commands say of it in a clean checkout. */
export async function prove({ start, workspace, workspaces, blobs }: Proof, signal: AbortSignal): Promise<Proven> {
  const { caller, project, setup, timeoutMs } = start;
  const proof = proofOf(start.work);
  const { verify, writes } = proof;
  const base = start.base ? { base: start.base } : {};
  const snapshot = await workspace.snapshot({
    id: caller.dispatchId,
    ...base,
    message: start.title,
    author: start.agent.name,
  });
  const outside = writes && outsideOf(writes, snapshot.files);
  const evidence = {
    ...(snapshot.base && { base: snapshot.base }),
    ...(snapshot.commit && { commit: snapshot.commit }),
    files: namedFiles(snapshot.files),
    fileCount: snapshot.files.length,
    ...(outside && { outsideCount: outside.length }),
  };
  const unchecked = { ...evidence, checks: [], sandbox: workspace.sandbox };
  const lacking = missingChange(start.title, proof, snapshot.files) ?? beyondScope(start.title, outside);
  if (lacking) return { receipt: { kind: 'unverified', ...unchecked }, failure: lacking };
  if (verify.length === 0)
    return { receipt: { kind: proof.files && proof.files.length > 0 ? 'files' : 'unverified', ...unchecked } };
  const commit = snapshot.commit ?? snapshot.base ?? start.base;
  const result = await workspaces.verify(
    {
      project,
      ...(commit && { commit }),
      setup,
      commands: verify,
      timeoutMs,
      directory: workspace.path,
      limits: start.agent.limits,
    },
    signal,
  );
  const receipt: Receipt = {
    kind: 'verified',
    ...evidence,
    checks: await checksOf(blobs, result),
    sandbox: result.sandbox,
  };
  return result.passed ? { receipt } : { receipt, failure: rejected(result) };
}

/** Why the changes are no evidence of the task, if they are none. Pure. */
function missingChange(
  title: string,
  { expectsChanges, files: named = [] }: NodeProof,
  changed: readonly FileChange[],
): FusionError | undefined {
  if (expectsChanges && changed.length === 0)
    return new FusionError('nothing_changed', `task "${title}" was expected to change files and changed none`);
  const isNamed = pathMatcher(named);
  if (named.length === 0 || changed.some((file) => placesOf(file).some(isNamed))) return undefined;
  return new FusionError('nothing_changed', `task "${title}" changed none of the files it is about: ${listed(named)}`);
}

function beyondScope(title: string, outside: readonly string[] = []): FusionError | undefined {
  if (outside.length === 0) return undefined;
  return new FusionError(
    'out_of_scope',
    `task "${title}" changed files outside of what it may write: ${listed(outside)}`,
  );
}

/** The changed paths that lie outside of all that may be written. Pure. */
function outsideOf(writes: readonly string[], changed: readonly FileChange[]): string[] {
  const mayWrite = pathMatcher(writes);
  return changed.flatMap(placesOf).filter((path) => !mayWrite(path));
}

/** Where a change shows: what was moved is gone from where it was. */
const placesOf = ({ path, from }: FileChange): string[] => (from === undefined ? [path] : [from, path]);

const listed = (paths: readonly string[]): string =>
  cutText(paths.slice(0, LISTED_MAX).join(', '), LISTED_CHARACTERS_MAX) +
  (paths.length > LISTED_MAX ? ` and ${paths.length - LISTED_MAX} more` : '');

/** The first files, as many as an event has room for; the receipt counts them all. */
function namedFiles(files: readonly FileChange[]): FileChange[] {
  let room = FILES_MAX;
  return files.slice(0, RECEIPT_FILES_MAX).filter((file) => (room -= JSON.stringify(file).length + 1) >= 0);
}

/** Check results as events hold them. */
export function checksOf(blobs: Blobs, { checks }: VerificationResult): Promise<CheckResult[]> {
  const told = checks.slice(-CHECKS_MAX);
  const max = Math.min(CHECK_OUTPUT_MAX, Math.floor(CHECK_OUTPUTS_MAX / told.length));
  return Promise.all(
    told.map(async ({ command, output, ...check }) => ({
      ...check,
      command: cutText(command, COMMAND_MAX),
      output: await keepText(blobs, output, max),
    })),
  );
}

/** What is said of a failed verification, with the end of what the command printed. */
export function rejected({ checks }: VerificationResult): FusionError {
  const failed = checks.find((check) => check.exitCode !== 0);
  const ending = failed?.output.trim().slice(-1_500);
  return new FusionError(
    'verification_failed',
    `\`${cutText(failed?.command ?? '', COMMAND_MAX)}\` ended with ${failed?.exitCode ?? 'no exit code'}${ending ? `:\n${ending}` : ''}`,
  );
}
