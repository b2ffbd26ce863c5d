/** Longest output that is taken by a tool, in characters. Larger results belong into files of the project. */
export const OUTPUT_TEXT_MAX = 200_000;

/** Where a task stands whose outputs were given but for these. */
export const standing = (missing: readonly string[]): string =>
  missing.length === 0 ? 'kept; all outputs are given' : `kept; still missing: ${missing.join(', ')}`;
