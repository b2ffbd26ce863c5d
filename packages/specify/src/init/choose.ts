import { type Agent, type AgentKey, agentOf, AGENTS, type ScriptFlavour } from '../agents.ts';
import { Failure } from '../failure.ts';
import { isInstalled } from '../find-executable.ts';
import { plain } from '../panel.ts';
import type { World } from '../world.ts';

const SCRIPTS = [
  { key: 'sh', name: 'POSIX Shell (bash/zsh)' },
  { key: 'ps', name: 'PowerShell' },
] as const;

type KnownAgent = Agent & { key: AgentKey };

/**
 * The agent with this key, or the one that the person chooses.
 *
 * @throws {Failure} `refused` when there is no such agent, or nobody to ask
 */
export async function chooseAgent(key: string | undefined, world: World): Promise<KnownAgent> {
  const known = AGENTS.map((agent) => agent.key).join(', ');
  if (key !== undefined) {
    const agent = agentOf(key);
    if (agent) return agent;
    throw new Failure('refused', 'Invalid agent', { lines: [`'${plain(key)}' is none of: ${known}`] });
  }
  if (!world.interactive)
    throw new Failure('refused', 'No agent chosen', {
      lines: ['Nobody can be asked here: give --ai KEY with one of', known, 'Nothing was written.'],
    });
  const { menu } = await import('./menu.ts');
  return agentOf(await menu('Choose your AI agent:', { choices: AGENTS, initial: 'copilot' }, world))!;
}

/** @throws {Failure} `refused` when the agent has a command line and it is not installed */
export function requireInstalled({ name, ...agent }: Agent, world: World): void {
  const { executable, url } = agent;
  if (executable === undefined || isInstalled({ ...agent, name, executable }, world)) return;
  throw new Failure('refused', 'Agent not found', {
    lines: [
      `${executable} is not on the PATH, and ${name} needs it.`,
      `Install it: ${url}`,
      'Or skip this check with --ignore-agent-tools.',
    ],
  });
}

/** @throws {Failure} `refused` when there is no such flavour */
export async function chooseScript(flavour: string | undefined, world: World): Promise<ScriptFlavour> {
  if (flavour !== undefined) {
    const known = SCRIPTS.find(({ key }) => key === flavour);
    if (known) return known.key;
    throw new Failure('refused', 'Invalid script flavour', {
      lines: [`'${plain(flavour)}' is none of: ${SCRIPTS.map(({ key }) => key).join(', ')}`],
    });
  }
  const usual = world.platform === 'win32' ? 'ps' : 'sh';
  if (!world.interactive) return usual;
  const { menu } = await import('./menu.ts');
  return menu('Choose the flavour of the scripts:', { choices: SCRIPTS, initial: usual }, world);
}
