import * as z from 'zod';
import { Text } from './text.ts';

/** A commit or tree id as git prints it. */
export const CommitId = z.string().regex(/^[0-9a-f]{40}([0-9a-f]{24})?$/);

/** One command that fusion-kit ran itself, and how it ended. */
export const CheckResult = z.object({
  command: z.string(),
  exitCode: z.int().nullable(),
  durationMs: z.number().nonnegative(),
  output: Text,
});
export type CheckResult = z.infer<typeof CheckResult>;

/** `from` is where a renamed file was. */
export const FileChange = z.object({
  path: z.string(),
  change: z.enum(['added', 'modified', 'deleted', 'renamed']),
  from: z.string().optional(),
});
export type FileChange = z.infer<typeof FileChange>;

/** Files of a receipt that are listed by name; the count goes on. */
export const RECEIPT_FILES_MAX = 100;

/**
 * The evidence that a task is done, collected by fusion-kit and not by the agent.
 * `verified`: its commands succeeded; `files`: files it names have changed; `unverified`: neither was asked for.
 * `commit` is absent when nothing changed or the project has no git; `sandbox` says what confined the commands.
 */
export const Receipt = z.object({
  kind: z.enum(['verified', 'files', 'unverified']),
  base: CommitId.optional(),
  commit: CommitId.optional(),
  files: z.array(FileChange).max(RECEIPT_FILES_MAX),
  fileCount: z.int().nonnegative(),
  /** Of the changed files, those outside what the task was to write. */
  outsideCount: z.int().nonnegative().optional(),
  checks: z.array(CheckResult),
  sandbox: z.string(),
});
export type Receipt = z.infer<typeof Receipt>;
