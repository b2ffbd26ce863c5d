/** What a line of a program's output says, as far as it is looked at. */
export type Said =
  /** `piece`: the same answer goes on with the next. */
  | { says: 'text'; text: string; piece?: true }
  | { says: 'call'; id: string; tool: string; input: unknown }
  | { says: 'result'; id: string; output: string; isError: boolean }
  /** Since it last said so; what it cost is the program's own reckoning. */
  | { says: 'usage'; inputTokens: number; outputTokens: number; costUsd: number | null }
  | { says: 'session'; session: string }
  /** It gave up, whatever its exit code says. */
  | { says: 'failure'; message: string };

/** Reads one line, which is JSON already. Lines that it does not know say nothing: versions differ. Pure. */
export type ReadLine = (line: unknown) => Said[];
