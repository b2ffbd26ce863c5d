import * as z from 'zod';
import { PathGlob, ShellCommand } from './fields.ts';
import { type KindRules } from './kind.ts';

/**
 * Brings branches together. With `verify`, those commands must succeed on what has landed by then; with `ticks`, the boxes of the named tasks are ticked in a
 * Spec Kit task list after that, and nothing else in it changes.
 */
export const JoinWork = z.object({
  kind: z.literal('join'),
  verify: z.array(ShellCommand).max(10).default([]),
  ticks: z.object({ file: PathGlob, ids: z.array(z.string().regex(/^T\d{3}[A-Za-z0-9.-]{0,20}$/)).min(1) }).optional(),
});
export type JoinWork = z.infer<typeof JoinWork>;

export const joinRules: KindRules<JoinWork> = {
  executor: ({ verify, ticks }) => (verify.length > 0 || ticks ? 'shell' : 'house'),
  templates: () => ({}),
  expressions: () => ({}),
  filled: (work) => work,
  outputs: () => [],
  proof: ({ verify, ticks }) => ({ verify, expectsChanges: false, ...(ticks && { writes: [ticks.file] }) }),
};
