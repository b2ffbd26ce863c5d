import type { AgentKey } from '../agents.ts';

/** The eight `/speckit.*` commands, in the order in which a feature goes through them. */
export const COMMANDS = [
  'constitution',
  'specify',
  'clarify',
  'plan',
  'checklist',
  'tasks',
  'analyze',
  'implement',
] as const;
export type CommandName = (typeof COMMANDS)[number];

/** Where an agent looks for commands, and how it wants them written. */
export interface CommandLayout {
  folder: string;
  /** What follows `speckit.<command>` in a file's name. */
  suffix: '.md' | '.prompt.md' | '.toml';
  /** What the agent replaces with the words typed after the command. */
  argumentToken: '$ARGUMENTS' | '{{args}}';
}

const markdown = (folder: string): CommandLayout => ({ folder, suffix: '.md', argumentToken: '$ARGUMENTS' });
const toml = (folder: string): CommandLayout => ({ folder, suffix: '.toml', argumentToken: '{{args}}' });

export const COMMAND_LAYOUTS: Record<AgentKey, CommandLayout> = {
  copilot: { folder: '.github/prompts', suffix: '.prompt.md', argumentToken: '$ARGUMENTS' },
  claude: markdown('.claude/commands'),
  gemini: toml('.gemini/commands'),
  'cursor-agent': markdown('.cursor/commands'),
  qwen: toml('.qwen/commands'),
  opencode: markdown('.opencode/command'),
  codex: markdown('.codex/prompts'),
  windsurf: markdown('.windsurf/workflows'),
  kilocode: markdown('.kilocode/workflows'),
  auggie: markdown('.augment/commands'),
  codebuddy: markdown('.codebuddy/commands'),
  roo: markdown('.roo/commands'),
  q: markdown('.amazonq/prompts'),
  amp: markdown('.agents/commands'),
  droid: markdown('.factory/commands'),
};

/** Where an agent looks for skills, and how a skill is called there. */
export interface SkillLayout {
  folder: string;
  /** What stands before `speckit-<command>` when a user types it. */
  sigil: '/' | '$';
}

/** The newer layout, `<folder>/speckit-<command>/SKILL.md`, for the agents that have one. */
export const SKILL_LAYOUTS: Partial<Record<AgentKey, SkillLayout>> = {
  copilot: { folder: '.github/skills', sigil: '/' },
  claude: { folder: '.claude/skills', sigil: '/' },
  'cursor-agent': { folder: '.cursor/skills', sigil: '/' },
  codex: { folder: '.agents/skills', sigil: '$' },
  droid: { folder: '.factory/skills', sigil: '/' },
};
