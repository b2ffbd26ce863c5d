import type { Run } from '@fusion-kit/domain/run';
import { isEnded, type TaskState } from '@fusion-kit/domain/task';
import type { LiveStore } from '../../shared/live/live-store.ts';
import { agentsOfRun } from '../../shared/live/scope-agents.ts';

export interface RunFigures {
  agentsWorking: number;
  agents: number;
  tasks: number;
  ended: number;
  completed: number;
  running: number;
  queued: number;
  failed: number;
  cancelled: number;
}

const SLOT: Record<TaskState, 'completed' | 'running' | 'queued' | 'failed' | 'cancelled'> = {
  completed: 'completed',
  assigned: 'running',
  running: 'running',
  queued: 'queued',
  failed: 'failed',
  cancelled: 'cancelled',
  skipped: 'cancelled',
};

/** How a run stands, in numbers. Pure. */
export function runFigures(store: LiveStore, run: Run): RunFigures {
  const figures = { tasks: 0, ended: 0, completed: 0, running: 0, queued: 0, failed: 0, cancelled: 0 };
  for (const task of store.world.tasksOf(run.id)) {
    figures.tasks++;
    figures.ended += Number(isEnded(task.state));
    figures[SLOT[task.state]]++;
  }
  const agents = agentsOfRun(store, run);
  return {
    ...figures,
    agents: agents.length,
    agentsWorking: agents.filter((agent) => agent.state === 'working').length,
  };
}
