import { readFile } from 'node:fs/promises';
import type { AgentKey, ScriptFlavour } from '../agents.ts';
import { readCommandSource } from './command-source.ts';
import { COMMAND_LAYOUTS, COMMANDS, SKILL_LAYOUTS } from './layouts.ts';
import { renderCommand, renderSkill } from './render-command.ts';

/** A file as it stands in a project after `specify init`. */
export interface TemplateFile {
  /** Relative to the project, parts separated by `/`. */
  path: string;
  content: Uint8Array;
  mode: 0o644 | 0o755;
}

export interface PackageOptions {
  /** `skills` is the newer layout; only the agents of `SKILL_LAYOUTS` have it. */
  layout?: 'commands' | 'skills';
}

const TEMPLATES = new URL('../../templates/', import.meta.url);
const DOCUMENTS = ['agent-file', 'checklist', 'plan', 'spec', 'tasks'].map((name) => `${name}-template.md`);
const SCRIPTS = ['check-prerequisites', 'common', 'create-new-feature', 'setup-plan', 'update-agent-context'];
const SHELLS = {
  sh: { folder: 'scripts/bash', suffix: '.sh', mode: 0o755 },
  ps: { folder: 'scripts/powershell', suffix: '.ps1', mode: 0o644 },
} as const;

/**
 * Everything that `specify init` puts into a project for one agent and one shell, sorted by path.
 *
 * @throws {Error} when the agent has no skills and they are asked for
 */
export async function packageFiles(
  agent: AgentKey,
  script: ScriptFlavour,
  options: PackageOptions = {},
): Promise<TemplateFile[]> {
  const commands = commandFiles(agent, script, options.layout ?? 'commands');
  const shell = SHELLS[script];
  const files = await Promise.all([
    copy('constitution.md', '.specify/memory/constitution.md'),
    ...DOCUMENTS.map((name) => copy(name, `.specify/templates/${name}`)),
    ...SCRIPTS.map((name) => `${shell.folder}/${name}${shell.suffix}`).map((path) =>
      copy(path, `.specify/${path}`, shell.mode),
    ),
    ...commands,
    ...(agent === 'copilot' ? [copy('vscode-settings.json', '.vscode/settings.json')] : []),
  ]);
  return files.toSorted((left, right) => (left.path < right.path ? -1 : 1));
}

function commandFiles(agent: AgentKey, script: ScriptFlavour, layout: 'commands' | 'skills'): Promise<TemplateFile>[] {
  if (layout === 'commands') {
    const { folder, suffix } = COMMAND_LAYOUTS[agent];
    return COMMANDS.map(async (command) => {
      const text = renderCommand(await source(command, script), agent, COMMAND_LAYOUTS[agent]);
      return textFile(`${folder}/speckit.${command}${suffix}`, text);
    });
  }
  const skills = SKILL_LAYOUTS[agent];
  if (skills === undefined) throw new Error(`${agent} has no skills layout.`);
  return COMMANDS.map(async (command) => {
    const text = renderSkill(await source(command, script), agent, command, skills);
    return textFile(`${skills.folder}/speckit-${command}/SKILL.md`, text);
  });
}

async function source(command: string, script: ScriptFlavour) {
  return readCommandSource(await readFile(new URL(`commands/${command}.md`, TEMPLATES), 'utf8'), script);
}

async function copy(from: string, path: string, mode: TemplateFile['mode'] = 0o644): Promise<TemplateFile> {
  return { path, content: await readFile(new URL(from, TEMPLATES)), mode };
}

function textFile(path: string, text: string): TemplateFile {
  return { path, content: new TextEncoder().encode(text), mode: 0o644 };
}
