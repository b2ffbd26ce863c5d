/** A coding agent that a project can be set up for. */
export interface Agent {
  /** The word given to `--ai`; for those with a command line also the name of their executable. */
  key: string;
  name: string;
  /** Where it keeps its files in a project, relative, ending in `/`. */
  folder: string;
  /** What has to be on the PATH; agents that live in an editor have none. */
  executable?: string;
  /** Where to get it. */
  url?: string;
}

/** Every agent, in the order of the menu, of `specify check` and of the list that a wrong key is answered with. */
export const AGENTS = [
  { key: 'copilot', name: 'GitHub Copilot', folder: '.github/' },
  {
    key: 'claude',
    name: 'Claude Code',
    folder: '.claude/',
    executable: 'claude',
    url: 'https://docs.anthropic.com/en/docs/claude-code/setup',
  },
  {
    key: 'gemini',
    name: 'Gemini CLI',
    folder: '.gemini/',
    executable: 'gemini',
    url: 'https://github.com/google-gemini/gemini-cli',
  },
  { key: 'cursor-agent', name: 'Cursor', folder: '.cursor/' },
  {
    key: 'qwen',
    name: 'Qwen Code',
    folder: '.qwen/',
    executable: 'qwen',
    url: 'https://github.com/QwenLM/qwen-code',
  },
  { key: 'opencode', name: 'opencode', folder: '.opencode/', executable: 'opencode', url: 'https://opencode.ai' },
  {
    key: 'codex',
    name: 'Codex CLI',
    folder: '.codex/',
    executable: 'codex',
    url: 'https://github.com/openai/codex',
  },
  { key: 'windsurf', name: 'Windsurf', folder: '.windsurf/' },
  { key: 'kilocode', name: 'Kilo Code', folder: '.kilocode/' },
  {
    key: 'auggie',
    name: 'Auggie CLI',
    folder: '.augment/',
    executable: 'auggie',
    url: 'https://docs.augmentcode.com/cli/setup-auggie/install-auggie-cli',
  },
  {
    key: 'codebuddy',
    name: 'CodeBuddy',
    folder: '.codebuddy/',
    executable: 'codebuddy',
    url: 'https://www.codebuddy.ai/cli',
  },
  { key: 'roo', name: 'Roo Code', folder: '.roo/' },
  {
    key: 'q',
    name: 'Amazon Q Developer CLI',
    folder: '.amazonq/',
    executable: 'q',
    url: 'https://aws.amazon.com/developer/learning/q-developer-cli/',
  },
  { key: 'amp', name: 'Amp', folder: '.agents/', executable: 'amp', url: 'https://ampcode.com/manual#install' },
  {
    key: 'droid',
    name: 'Factory Droid',
    folder: '.factory/',
    executable: 'droid',
    url: 'https://factory.ai/product/cli',
  },
] as const satisfies readonly Agent[];

export type AgentKey = (typeof AGENTS)[number]['key'];

/** Which shell the scripts in a project are written for. */
export type ScriptFlavour = 'sh' | 'ps';

/** The agent with this key, or nothing when there is none. */
export function agentOf(key: string): (Agent & { key: AgentKey }) | undefined {
  return AGENTS.find((agent) => agent.key === key);
}
