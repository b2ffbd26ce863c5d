import type { Program } from './program.ts';
import { claude } from './table/claude.ts';
import { codex } from './table/codex.ts';
import { copilot } from './table/copilot.ts';
import { droid } from './table/droid.ts';
import { gemini } from './table/gemini.ts';
import { opencode } from './table/opencode.ts';
import { qwen } from './table/qwen.ts';

/** The programs that fusion-kit knows by itself. */
export const PROGRAMS: readonly Program[] = [claude, codex, gemini, opencode, qwen, copilot, droid];
