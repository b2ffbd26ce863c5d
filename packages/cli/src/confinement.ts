import { type AgentSpec, SHELL_RUNTIME } from '@fusion-kit/domain/agent';
import { FusionError } from '@fusion-kit/domain/errors';
import type { Sandbox } from '@fusion-kit/domain/ports/sandbox';
import type { Workspaces } from '@fusion-kit/domain/ports/workspaces';
import { detectSandbox, type SandboxProblem } from '@fusion-kit/workspaces/sandbox/detect';
import { detectLimits, type LimitMeans } from '@fusion-kit/workspaces/sandbox/limits/detect-limits';
import { noSandbox } from '@fusion-kit/workspaces/sandbox/none';
import type { SandboxChoice } from './options.ts';

/** How agents are confined on this machine, by what it has and what the user chose. */
export interface Confinement {
  state: 'bubblewrap' | 'none' | 'missing';
  sandbox: Sandbox;
  problems: readonly SandboxProblem[];
  /** What holds agents to limits, in a sandbox or without. */
  means: LimitMeans;
}

/**
 * Finds out how agents can be confined. `auto` takes the sandbox that works; without one agents are refused, but for those of the scripted provider.
 * @throws {FusionError} `sandbox_missing` when bubblewrap is asked for and does not work
 */
export async function confine(choice: SandboxChoice, searchPath: string | undefined): Promise<Confinement> {
  const means = await detectLimits();
  if (choice === 'none') return { state: 'none', sandbox: noSandbox(), problems: [], means };
  const { sandbox, problems } = await detectSandbox(searchPath);
  if (sandbox) return { state: 'bubblewrap', sandbox, problems: [], means };
  if (choice === 'bubblewrap') throw missing(problems);
  return { state: 'missing', sandbox: noSandbox(), problems, means };
}

/** Their programs are ours or stand in the workflow; what such an agent thinks was written beforehand where its provider is the scripted one. */
const WITHOUT_OTHERS: ReadonlySet<string> = new Set(['model-loop', SHELL_RUNTIME]);

/** Where an agent may work. Words that were written beforehand may run without a cage; nothing else may unless the user said so. */
export function allowed(
  { state, problems }: Confinement,
  workspaces: Workspaces,
): (agent: AgentSpec | undefined) => Workspaces {
  return (agent) => {
    const written = agent?.provider === 'scripted' && WITHOUT_OTHERS.has(agent.runtime);
    if (state === 'missing' && agent && !written) throw missing(problems);
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
