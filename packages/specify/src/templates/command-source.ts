import type { ScriptFlavour } from '../agents.ts';

/** A command as it is written in `templates/commands`, read for one shell. */
export interface CommandSource {
  /** As it stands in the frontmatter: a plain YAML scalar. */
  description: string;
  /** The command line that `{SCRIPT}` stands for; the constitution has none. */
  script?: string;
  /** The command line that `{AGENT_SCRIPT}` stands for. */
  agentScript?: string;
  /** Everything below the frontmatter. */
  body: string;
}

/** An example that names its shell is shown only where that shell is used. */
const EXAMPLE_FOR_ONE_SHELL = /^ *- (Bash|PowerShell): .*\{SCRIPT\}.*\n/gm;
const SHELL_NAMES = { sh: 'Bash', ps: 'PowerShell' } as const;

/**
 * Reads a command's source text.
 *
 * @throws {Error} when it has no frontmatter or no description
 */
export function readCommandSource(text: string, flavour: ScriptFlavour): CommandSource {
  const [, frontmatter, body] = /^---\n([\s\S]*?)\n---\n([\s\S]*)$/.exec(text.replaceAll('\r', '')) ?? [];
  const description = /^description: (.+)$/m.exec(frontmatter ?? '')?.[1];
  if (frontmatter === undefined || body === undefined || description === undefined) {
    throw new Error('A command template needs frontmatter with a description.');
  }
  const script = scriptLine(frontmatter, 'scripts', flavour);
  const agentScript = scriptLine(frontmatter, 'agent_scripts', flavour);
  return {
    description,
    ...(script === undefined ? {} : { script }),
    ...(agentScript === undefined ? {} : { agentScript }),
    body: body.replace(EXAMPLE_FOR_ONE_SHELL, (line, shell) => (shell === SHELL_NAMES[flavour] ? line : '')),
  };
}

function scriptLine(frontmatter: string, block: string, flavour: ScriptFlavour): string | undefined {
  const lines = new RegExp(`^${block}:\\n((?: +.*\\n?)+)`, 'm').exec(frontmatter)?.[1];
  return new RegExp(`^ +${flavour}: (.+)$`, 'm').exec(lines ?? '')?.[1];
}
