import type { Dialect } from '../../programs/program.ts';
import { readClaude } from './claude.ts';
import { readCodex } from './codex.ts';
import type { ReadLine } from './dialect.ts';
import { readGemini } from './gemini.ts';

/** How the lines of each dialect are read; `plain` has no lines. */
export const READ_LINE: Readonly<Record<Exclude<Dialect, 'plain'>, ReadLine>> = {
  claude: readClaude,
  codex: readCodex,
  gemini: readGemini,
};
