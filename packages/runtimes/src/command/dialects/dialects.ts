import type { Dialect } from '../../programs/program.ts';
import { readClaude } from './claude.ts';
import { readCodex } from './codex.ts';
import { readCopilot } from './copilot.ts';
import type { ReadLine } from './dialect.ts';
import { readDroid } from './droid.ts';
import { readGemini } from './gemini.ts';
import { readOpencode } from './opencode.ts';

/** How the lines of each dialect are read; `plain` has no lines. */
export const READ_LINE: Readonly<Record<Exclude<Dialect, 'plain'>, ReadLine>> = {
  claude: readClaude,
  codex: readCodex,
  gemini: readGemini,
  opencode: readOpencode,
  copilot: readCopilot,
  droid: readDroid,
};
