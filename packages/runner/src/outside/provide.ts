import type { Workspace, Workspaces } from '@fusion-kit/domain/ports/workspaces';
import type { StartDispatch } from '@fusion-kit/domain/runner-protocol';
import { type Outside, secretsOf } from './outside.ts';
import { type Redactor, redactor } from './redactor.ts';
import { Refusals } from './refusals.ts';
import { verifier } from './verifier.ts';
import { type WayOut, wayOut } from './way-out.ts';

/** What a dispatch is given of what lies outside of its cage. */
export interface Provided {
  redactor: Redactor;
  /** For what carries the work out. */
  wayOut: WayOut;
  /** For the run's own commands that judge it. */
  workspaces: Pick<Workspaces, 'verify'>;
}

export interface ProvideOptions {
  start: StartDispatch;
  workspace: Workspace;
  workspaces: Workspaces;
  /** Told of each destination that was refused, once. */
  refused: (destination: string, reason: string) => void;
}

/** Nothing outside, and nothing to keep silent about. */
const NOTHING: Pick<Provided, 'redactor' | 'wayOut'> = {
  redactor: redactor([]),
  wayOut: {
    proxy: undefined,
    reachBy: (bridge) => ({ bridge }),
    open: async () => ({ reach: {}, close: async () => {} }),
  },
};

/** An agent has what its spec names; the commands of a run have what its workflow names, and what the spec of the agent that carries them out does. @throws {FusionError} `secret_missing`, `secret_unfit` */
export async function provide(
  outside: Outside | undefined,
  { start, workspace, workspaces, refused }: ProvideOptions,
): Promise<Provided> {
  if (!outside) return { ...NOTHING, workspaces };
  const { agent, work } = start;
  const isAgents = work.kind === 'agent';
  const ofAgent = await secretsOf(outside, agent.secrets ?? []);
  const ofRun = await secretsOf(outside, start.secrets ?? []);
  const ofLogin = (await outside.hiddenOf?.(agent)) ?? [];
  const guard = redactor([...Object.values(ofAgent), ...Object.values(ofRun), ...ofLogin]);
  const refusals = new Refusals(refused);
  return {
    redactor: guard,
    wayOut: wayOut(outside, {
      network: workspace.network,
      hosts: [...(agent.hosts ?? []), ...outside.hostsOf(agent), ...(isAgents ? [] : (start.hosts ?? []))],
      secrets: isAgents ? ofAgent : { ...ofRun, ...ofAgent },
      refused: (destination, reason) => refusals.add(destination, reason),
    }),
    workspaces: verifier({ workspaces, outside, hosts: start.hosts, secrets: ofRun, redactor: guard, refused }),
  };
}
