import { parse as parseToml } from 'smol-toml';
import { describe, expect, test } from 'vitest';
import { parse as parseYaml } from 'yaml';
import { splitFrontmatter } from '../../dev/markdown-structure.ts';
import { AGENTS, type AgentKey, type ScriptFlavour } from '../agents.ts';
import { COMMAND_LAYOUTS, COMMANDS, type CommandName, SKILL_LAYOUTS } from './layouts.ts';
import { packageFiles, type TemplateFile } from './package-files.ts';

const FLAVOURS = ['sh', 'ps'] as const;
const FOLDERS = { sh: '.specify/scripts/bash/', ps: '.specify/scripts/powershell/' };

/** The one script each command runs, per shell, with TOKEN for what the user typed. */
const SCRIPT_LINES: Record<CommandName, Record<ScriptFlavour, string> | undefined> = {
  constitution: undefined,
  specify: { sh: 'create-new-feature.sh --json "TOKEN"', ps: 'create-new-feature.ps1 -Json "TOKEN"' },
  clarify: {
    sh: 'check-prerequisites.sh --json --paths-only',
    ps: 'check-prerequisites.ps1 -Json -PathsOnly',
  },
  plan: { sh: 'setup-plan.sh --json', ps: 'setup-plan.ps1 -Json' },
  checklist: { sh: 'check-prerequisites.sh --json', ps: 'check-prerequisites.ps1 -Json' },
  tasks: { sh: 'check-prerequisites.sh --json', ps: 'check-prerequisites.ps1 -Json' },
  analyze: {
    sh: 'check-prerequisites.sh --json --require-tasks --include-tasks',
    ps: 'check-prerequisites.ps1 -Json -RequireTasks -IncludeTasks',
  },
  implement: {
    sh: 'check-prerequisites.sh --json --require-tasks --include-tasks',
    ps: 'check-prerequisites.ps1 -Json -RequireTasks -IncludeTasks',
  },
};

const textOf = (file: TemplateFile) => new TextDecoder().decode(file.content);

const packages = new Map<string, Promise<TemplateFile[]>>();
function filesOf(agent: AgentKey, script: ScriptFlavour): Promise<TemplateFile[]> {
  const key = `${agent} ${script}`;
  const files = packages.get(key) ?? packageFiles(agent, script);
  packages.set(key, files);
  return files;
}

async function commandText(agent: AgentKey, script: ScriptFlavour, command: CommandName): Promise<string> {
  const files = await filesOf(agent, script);
  return textOf(files.find(({ path }) => path.includes(`/speckit.${command}.`))!);
}

/** The Markdown that the agent gets to read, whatever it is wrapped in. */
async function prompt(agent: AgentKey, script: ScriptFlavour, command: CommandName): Promise<string> {
  const text = await commandText(agent, script, command);
  return COMMAND_LAYOUTS[agent].suffix === '.toml' ? (parseToml(text)['prompt'] as string) : text;
}

const cases = AGENTS.flatMap(({ key }) =>
  FLAVOURS.flatMap((script) => COMMANDS.map((command) => ({ agent: key, script, command }))),
);

describe.each(cases)('$command for $agent with $script', ({ agent, script, command }) => {
  const { argumentToken, suffix } = COMMAND_LAYOUTS[agent];

  test('is well formed', async () => {
    const markdown = await prompt(agent, script, command);
    const described: unknown = parseYaml(splitFrontmatter(markdown).frontmatter);
    expect(described).toEqual({ description: expect.stringMatching(/^[A-Z].{20,}\.$/) });
    if (suffix !== '.toml') return;
    const toml = parseToml(await commandText(agent, script, command));
    expect(toml).toEqual({ ...(described as object), prompt: markdown });
  });

  test('begins with what the user typed', async () => {
    const markdown = await prompt(agent, script, command);
    expect(markdown).toContain(
      `\n## User Input\n\n\`\`\`text\n${argumentToken}\n\`\`\`\n\nUnless it is empty, you **must**`,
    );
    expect(markdown).not.toContain(argumentToken === '{{args}}' ? '$ARGUMENTS' : '{{args}}');
  });

  test('runs its script, from where it stands in the project', async () => {
    const markdown = await prompt(agent, script, command);
    const line = SCRIPT_LINES[command]?.[script].replace('TOKEN', () => argumentToken);
    if (line === undefined) expect(markdown).not.toContain('/scripts/');
    else expect(markdown).toContain(`\`${FOLDERS[script]}${line}`);
    expect(markdown).not.toContain(FOLDERS[script === 'sh' ? 'ps' : 'sh']);
    if (command !== 'plan') return;
    const update = { sh: `update-agent-context.sh ${agent}`, ps: `update-agent-context.ps1 -AgentType ${agent}` };
    expect(markdown).toContain(`\`${FOLDERS[script]}${update[script]}\``);
  });

  test('leaves nothing of the template and names only paths that exist', async () => {
    const markdown = await prompt(agent, script, command);
    expect(markdown).not.toMatch(/\{SCRIPT\}|\{AGENT_SCRIPT\}|\{ARGS\}|__AGENT__|\.specify\.specify/);
    expect(markdown).not.toMatch(/(?<!\.specify\/)\b(?:memory|scripts|templates)\//);
    const paths = (await filesOf(agent, script)).map(({ path }) => path);
    const named = markdown.match(/\.specify\/[\w./-]+\w/g) ?? [];
    expect(named.filter((path) => !paths.includes(path) && path !== '.specify/extensions.yml')).toEqual([]);
  });

  test('lets extensions speak before and after', async () => {
    const markdown = await prompt(agent, script, command);
    expect(markdown).toContain(`\`hooks.before_${command}\``);
    expect(markdown).toContain(`\`hooks.after_${command}\``);
  });
});

describe('the packages have in common', () => {
  const markdownAgents = AGENTS.map(({ key }) => key).filter((key) => COMMAND_LAYOUTS[key].suffix !== '.toml');

  test.each(COMMANDS)('%s, the same for all agents of a format but for the agent’s own name', async (command) => {
    for (const script of FLAVOURS) {
      const general = async (agent: AgentKey) =>
        (await commandText(agent, script, command)).replaceAll(
          new RegExp(`(update-agent-context\\.\\S+(?: -AgentType)?) ${agent}`, 'g'),
          '$1 AGENT',
        );
      expect(new Set(await Promise.all(markdownAgents.map(general))).size).toBe(1);
      expect(await general('gemini')).toBe(await general('qwen'));
    }
  });

  test.each(COMMANDS)('%s, with nothing but scripts differing between the shells', async (command) => {
    const rest = async (script: ScriptFlavour) =>
      (await commandText('claude', script, command)).split('\n').filter((line) => !line.includes('.specify/scripts/'));
    expect(await rest('sh')).toEqual(await rest('ps'));
  });
});

test.each([
  { script: 'sh', options: '--number 5 --short-name "user-auth"', shell: 'Bash' },
  { script: 'ps', options: '-Number 5 -ShortName "user-auth"', shell: 'PowerShell' },
] as const)('specify shows one example for $shell, with the description once', async ({ script, options, shell }) => {
  const lines = (await commandText('claude', script, 'specify')).split('\n');
  const examples = lines.filter((line) => /^ *- (Bash|PowerShell): /.test(line));
  const line = SCRIPT_LINES.specify![script].replace('TOKEN', () => '$ARGUMENTS');
  expect(examples.map((example) => example.trim())).toEqual([`- ${shell}: \`${FOLDERS[script]}${line} ${options}\``]);
});

test.each(Object.entries(SKILL_LAYOUTS))('the skills of %s are named and call each other', async (agent, { sigil }) => {
  const files = await packageFiles(agent as AgentKey, 'sh', { layout: 'skills' });
  const skills = files.filter(({ path }) => path.endsWith('/SKILL.md'));
  expect(skills).toHaveLength(COMMANDS.length);
  for (const skill of skills) {
    const { frontmatter, body } = splitFrontmatter(textOf(skill));
    const name = skill.path.split('/').at(-2);
    expect(parseYaml(frontmatter)).toEqual({ name, description: expect.any(String) });
    expect(body).not.toContain('/speckit.');
  }
  const tasks = textOf(skills.find(({ path }) => path.includes('speckit-implement'))!);
  expect(tasks).toContain(`suggest \`${sigil}speckit-tasks\``);
});
