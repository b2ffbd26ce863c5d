import { FusionError } from '@fusion-kit/domain/errors';
import { proofOf } from '@fusion-kit/domain/node';
import { cutText, keepText } from '@fusion-kit/domain/kept-text';
import type { Blobs } from '@fusion-kit/domain/ports/blobs';
import type { VerificationResult, Workspace, Workspaces } from '@fusion-kit/domain/ports/workspaces';
import { type CheckResult, type FileChange, type Receipt, RECEIPT_FILES_MAX } from '@fusion-kit/domain/receipt';
import type { StartDispatch } from '@fusion-kit/domain/runner-protocol';

/** What a receipt holds itself, in characters of JSON: of one check's output, of all of them together, of a command, of the names of files. */
const CHECK_OUTPUT_MAX = 1_000;
const CHECK_OUTPUTS_MAX = 1_500;
const COMMAND_MAX = 150;
const FILES_MAX = 3_000;
/** Checks that are told of: the last ones, since the one that failed is the last. */
const CHECKS_MAX = 20;

export interface Proof {
  start: StartDispatch;
  workspace: Workspace;
  workspaces: Workspaces;
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
  const { verify, expectsChanges } = proofOf(start.work);
  const base = start.base ? { base: start.base } : {};
  const snapshot = await workspace.snapshot({
    id: caller.dispatchId,
    ...base,
    message: start.title,
    author: start.agent.name,
  });
  const evidence = {
    ...(snapshot.base && { base: snapshot.base }),
    ...(snapshot.commit && { commit: snapshot.commit }),
    files: namedFiles(snapshot.files),
    fileCount: snapshot.files.length,
  };
  if (expectsChanges && snapshot.files.length === 0) {
    const receipt: Receipt = { kind: 'unverified', ...evidence, checks: [], sandbox: workspace.sandbox };
    return {
      receipt,
      failure: new FusionError(
        'nothing_changed',
        `task "${start.title}" was expected to change files and changed none`,
      ),
    };
  }
  if (verify.length === 0)
    return { receipt: { kind: 'unverified', ...evidence, checks: [], sandbox: workspace.sandbox } };
  const commit = snapshot.commit ?? snapshot.base ?? start.base;
  const result = await workspaces.verify(
    { project, ...(commit && { commit }), setup, commands: verify, timeoutMs, directory: workspace.path },
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
