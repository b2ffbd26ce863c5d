import type { Agent } from '@fusion-kit/domain/agent';
import type { LiveStore } from './live-store.ts';

const ORDER = { working: 0, error: 1, paused: 2, spawning: 3, idle: 4, terminated: 5 } as const;

/** Agents that may work on a run: its own team, also after it was let go, and the project's standing ones. By name. Pure. */
export function agentsOfRun(store: LiveStore, run: { id: string; projectId: string } | undefined): Agent[] {
  return store
    .all('agents')
    .filter((agent) =>
      run === undefined
        ? agent.state !== 'terminated'
        : agent.projectId === run.projectId &&
          (agent.runId === undefined ? agent.state !== 'terminated' : agent.runId === run.id),
    )
    .toSorted((a, b) => a.name.localeCompare(b.name));
}

/** Those that need a look first come first. Pure. */
export const byAttention = (a: Agent, b: Agent): number =>
  ORDER[a.state] - ORDER[b.state] || a.name.localeCompare(b.name);
