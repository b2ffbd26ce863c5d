import type { AgentSpec } from '@fusion-kit/domain/agent';
import { FusionError } from '@fusion-kit/domain/errors';
import type { Sandbox } from '@fusion-kit/domain/ports/sandbox';
import type { Workspaces } from '@fusion-kit/domain/ports/workspaces';
import { detectSandbox, type SandboxProblem } from '@fusion-kit/workspaces/sandbox/detect';
import { noSandbox } from '@fusion-kit/workspaces/sandbox/none';
import type { SandboxChoice } from './options.ts';

/** How agents are confined on this machine, by what it has and what the user chose. */
export interface Confinement {
  state: 'bubblewrap' | 'none' | 'missing';
  sandbox: Sandbox;
  problems: readonly SandboxProblem[];
}

/**
 * Finds out how agents can be confined. `auto` takes the sandbox that works; without one agents are refused, but for those of the scripted provider.
 * @throws {FusionError} `sandbox_missing` when bubblewrap is asked for and does not work
 */
export async function confine(choice: SandboxChoice, searchPath: string | undefined): Promise<Confinement> {
  if (choice === 'none') return { state: 'none', sandbox: noSandbox(), problems: [] };
  const { sandbox, problems } = await detectSandbox(searchPath);
  if (sandbox) return { state: 'bubblewrap', sandbox, problems: [] };
  if (choice === 'bubblewrap') throw missing(problems);
  return { state: 'missing', sandbox: noSandbox(), problems };
}

/** Where an agent may work. Words that were written beforehand may run without a cage; nothing else may unless the user said so. */
export function allowed(
  { state, problems }: Confinement,
  workspaces: Workspaces,
): (agent: AgentSpec | undefined) => Workspaces {
  return (agent) => {
    if (state === 'missing' && agent && agent.provider !== 'scripted') throw missing(problems);
    return workspaces;
  };
}

function missing(problems: readonly SandboxProblem[]): FusionError {
  const [problem] = problems;
  return new FusionError(
    'sandbox_missing',
    `agents cannot be confined here: ${problem?.what ?? 'no sandbox was found'}`,
    { remedy: problem?.remedy },
  );
}
