import { FusionError } from '@fusion-kit/domain/errors';
import type { Agent } from '@fusion-kit/domain/agent';
import type { Event } from '@fusion-kit/domain/event';
import type { RunId } from '@fusion-kit/domain/ids';
import type { Journal } from '@fusion-kit/domain/ports/journal';
import { ATTEMPT_EVENTS, recordedAttempts } from '@fusion-kit/domain/recorded-attempts';
import type { Run } from '@fusion-kit/domain/run';
import { ONLY_BY_MAX, type TaskSpec } from '@fusion-kit/domain/task';
import { runEvents } from '../run-events.ts';
import type { Writer } from '../writer.ts';
import { tasksOf } from './run-history.ts';

/** Who did what in a recorded run. */
export interface Cast {
  agents: readonly Agent[];
  /** By the name of the task's node, the agents' names attempt by attempt. */
  parts: ReadonlyMap<string, readonly string[]>;
}

export interface CastOptions {
  writer: Writer;
  journal: Journal;
}

/** Runs whose casts are kept at a time. */
const KEPT_MAX = 8;

/** Binds the tasks of runs that are enacted again to those who did them in the recorded ones: agents are told their names, and each conversation is recorded as theirs. */
export class Casts {
  readonly #options: CastOptions;
  readonly #casts = new Map<RunId, Promise<Cast>>();

  constructor(options: CastOptions) {
    this.#options = options;
  }

  /** The same tasks, bound if their run enacts another one. */
  async bound(run: Run | undefined, specs: readonly TaskSpec[]): Promise<readonly TaskSpec[]> {
    if (!run?.forkOf?.enacts) return specs;
    const cast = await this.of(run.forkOf.runId);
    return specs.map((spec) => withPart(spec, cast));
  }

  /** Who did what in a run. */
  async of(runId: RunId): Promise<Cast> {
    const cast = this.#casts.get(runId) ?? castOf(this.#options, runId);
    this.#casts.delete(runId);
    this.#casts.set(runId, cast);
    for (const [oldest] of this.#casts) if (this.#casts.size > KEPT_MAX) this.#casts.delete(oldest);
    cast.catch(() => this.#casts.delete(runId)); // whoever asks next tries again
    return cast;
  }
}

/** A task as the one of that node in the record. One that nobody had is anybody's there, and ends where the record does. Pure. */
export function withPart(spec: TaskSpec, { agents, parts }: Cast): TaskSpec {
  if (spec.work.kind !== 'agent') return spec;
  const onlyBy = parts.get(spec.node) ?? agents.slice(0, 1).map(({ name }) => name);
  return onlyBy.length === 0 ? spec : { ...spec, onlyBy: onlyBy.slice(0, ONLY_BY_MAX) };
}

async function castOf({ writer, journal }: CastOptions, runId: RunId): Promise<Cast> {
  const events: Event[] = [];
  for await (const entries of runEvents(journal, runId, { types: ATTEMPT_EVENTS }))
    events.push(...entries.map(({ event }) => event));
  const attempts = recordedAttempts(events);
  const ids = new Set([...attempts.values()].flatMap((made) => made.map(({ agentId }) => agentId)));
  const agents = await journal.find({ table: 'agents', ids: [...ids], limit: ids.size + 1 });
  const names = new Map(agents.map(({ id, name }) => [id, name]));
  const parts = new Map<string, readonly string[]>();
  for await (const tasks of tasksOf({ writer, journal }, { id: runId }))
    for (const { id, node, work } of tasks) {
      const made = work.kind === 'agent' ? (attempts.get(id) ?? []) : [];
      if (made.length > 0)
        parts.set(
          node,
          made.map(({ agentId }) => nameOf(names, agentId)),
        );
    }
  return { agents, parts };
}

function nameOf(names: ReadonlyMap<string, string>, id: string): string {
  const name = names.get(id);
  if (name === undefined) throw new FusionError('internal', `agent ${id} is in the log and has no row`);
  return name;
}
