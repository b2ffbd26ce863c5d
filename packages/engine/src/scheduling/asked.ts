import type { Agent } from '@fusion-kit/domain/agent';
import type { AgentId, RunId, TaskId } from '@fusion-kit/domain/ids';
import { LimitCounts } from '@fusion-kit/domain/schedule-limits';
import type { Task } from '@fusion-kit/domain/task';
import type { World } from '@fusion-kit/domain/world';

/** Assignments on their way to the writer. Until they are decided they count like work that has begun. */
export class Asked {
  readonly #world: World;
  readonly #tasks = new Map<TaskId, { runId: RunId; agent: Agent; counts: boolean }>();
  readonly #agents = new Set<AgentId>();
  readonly #ofRun = new Map<RunId, number>();
  readonly counts = new LimitCounts();

  constructor(world: World) {
    this.#world = world;
  }

  add({ id, runId }: Task, agent: Agent): void {
    this.#tasks.set(id, { runId, agent, counts: true });
    this.#agents.add(agent.id);
    this.#count(runId, agent, 1);
  }

  /** The writer has decided: the world counts it now. */
  decided(id: TaskId): void {
    const asked = this.#tasks.get(id);
    if (!asked?.counts) return;
    asked.counts = false;
    this.#count(asked.runId, asked.agent, -1);
  }

  /** It is durable, or was refused. */
  delete(id: TaskId): void {
    this.decided(id);
    const asked = this.#tasks.get(id);
    if (asked) this.#agents.delete(asked.agent.id);
    this.#tasks.delete(id);
  }

  hasTask(id: TaskId): boolean {
    return this.#tasks.has(id);
  }

  hasAgent(id: AgentId): boolean {
    return this.#agents.has(id);
  }

  ofRun(runId: RunId): number {
    return this.#ofRun.get(runId) ?? 0;
  }

  /** Agents that are not at work yet and will be. */
  get agents(): Agent[] {
    return [...this.#tasks.values()].filter(({ counts }) => counts).map(({ agent }) => agent);
  }

  #count(runId: RunId, agent: Agent, change: 1 | -1): void {
    const next = this.ofRun(runId) + change;
    if (next === 0) this.#ofRun.delete(runId);
    else this.#ofRun.set(runId, next);
    this.counts.add(this.#world.counted(agent), change);
  }
}
