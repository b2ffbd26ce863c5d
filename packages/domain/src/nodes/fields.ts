import * as z from 'zod';

/** Fields that several kinds of nodes have. */
export const OutputName = z.string().regex(/^[A-Za-z_][A-Za-z0-9_]{0,63}$/, 'a letter, then letters, digits or _');
/** An expression without its `${{ }}`. */
export const Expression = z.string().min(1).max(4_000);
/** A text with expressions in it. */
export const Template = z.string().max(10_000);
export const ShellCommand = z.string().min(1).max(2_000);
/** Paths below the project, with `*`, `?`, `**`, `{a,b}` and `[abc]`; a directory means all that is in it. */
export const PathGlob = z
  .string()
  .min(1)
  .max(500)
  .refine((path) => !path.startsWith('/') && !path.split('/').includes('..'), 'a path inside the project');
/** Names of outputs and the texts they are filled from when the node ends, in the words of what ran inside it. */
export const OutputTemplates = z.record(OutputName, Template);
