import type { AgentKey } from '../src/agents.ts';

/** The file in which each agent looks for what it should know about a project. */
export const CONTEXT_FILES: Readonly<Record<AgentKey, string>> = {
  claude: 'CLAUDE.md',
  gemini: 'GEMINI.md',
  copilot: '.github/copilot-instructions.md',
  'cursor-agent': '.cursor/rules/specify-rules.mdc',
  qwen: 'QWEN.md',
  opencode: 'AGENTS.md',
  codex: 'AGENTS.md',
  windsurf: '.windsurf/rules/specify-rules.md',
  kilocode: '.kilocode/rules/specify-rules.md',
  auggie: '.augment/rules/specify-rules.md',
  codebuddy: 'CODEBUDDY.md',
  roo: '.roo/rules/specify-rules.md',
  q: 'AGENTS.md',
  amp: 'AGENTS.md',
  droid: '.factory/rules/specify-rules.md',
};
