import * as z from 'zod';
import { type KindRules, NO_PROOF } from './kind.ts';

/** One answer a person may give, and what becomes of the node. */
export const ApprovalOption = z.object({
  id: z.string().regex(/^[a-z0-9][a-z0-9_-]{0,39}$/, 'lower-case letters, digits, dashes'),
  label: z.string().min(1).max(80).optional(),
  outcome: z.enum(['complete', 'skip', 'fail', 'cancel_run']),
});
export type ApprovalOption = z.infer<typeof ApprovalOption>;

/** Waits for a person. The node's timeout bounds the wait; then `onTimeout` is chosen, or the node fails. */
export const ApprovalWork = z.object({
  kind: z.literal('approval'),
  message: z.string().min(1).max(4_000),
  /** Who is asked: a name or a role, in words. */
  to: z.string().min(1).max(100).optional(),
  options: z
    .array(ApprovalOption)
    .min(1)
    .max(10)
    .default([
      { id: 'approve', outcome: 'complete' },
      { id: 'reject', outcome: 'fail' },
    ]),
  /** The option that is taken when nobody answers in time. */
  onTimeout: z.string().optional(),
});
export type ApprovalWork = z.infer<typeof ApprovalWork>;

export const approvalRules: KindRules<ApprovalWork> = {
  executor: () => 'house',
  templates: ({ message }) => ({ message }),
  expressions: () => ({}),
  filled: (work, texts) => ({ ...work, message: texts['message'] ?? work.message }),
  outputs: () => ['choice', 'comment', 'by'],
  proof: () => NO_PROOF,
};
