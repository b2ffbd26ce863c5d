import type { AgentKey } from '../agents.ts';
import type { CommandSource } from './command-source.ts';
import type { CommandLayout, CommandName, SkillLayout } from './layouts.ts';

/** `memory/`, `scripts/` or `templates/` at the start of a path, with or without a leading slash. */
const PROJECT_PATH = /(?<![\w./-])\/?(memory|scripts|templates)\//g;
const SLASH_COMMAND = /\/speckit\.([a-z]+)/g;

/** The text of a command file, as the agent reads it. */
export function renderCommand(source: CommandSource, agent: AgentKey, layout: CommandLayout): string {
  const text = withFrontmatter([`description: ${source.description}`], fill(source, agent, layout.argumentToken));
  return layout.suffix === '.toml' ? tomlCommand(source.description, text) : text;
}

/** The text of a `SKILL.md`. */
export function renderSkill(source: CommandSource, agent: AgentKey, command: CommandName, layout: SkillLayout): string {
  const text = withFrontmatter(
    [`name: speckit-${command}`, `description: ${source.description}`],
    fill(source, agent, '$ARGUMENTS'),
  );
  return text.replaceAll(SLASH_COMMAND, (_, name) => `${layout.sigil}speckit-${name}`);
}

function fill(source: CommandSource, agent: AgentKey, argumentToken: string): string {
  return source.body
    .replaceAll('{SCRIPT}', () => source.script ?? '')
    .replaceAll('{AGENT_SCRIPT}', () => source.agentScript ?? '')
    .replaceAll('{ARGS}', () => argumentToken)
    .replaceAll('$ARGUMENTS', () => argumentToken)
    .replaceAll('__AGENT__', agent)
    .replaceAll(PROJECT_PATH, '.specify/$1/');
}

function withFrontmatter(fields: readonly string[], body: string): string {
  return `---\n${fields.join('\n')}\n---\n${body.trimEnd()}\n`;
}

function tomlCommand(description: string, prompt: string): string {
  const escaped = prompt.replaceAll('\\', '\\\\').replaceAll('"""', '""\\"');
  return `description = ${JSON.stringify(description)}\n\nprompt = """\n${escaped}"""\n`;
}
