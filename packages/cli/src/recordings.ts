import type { Engine } from '@fusion-kit/engine/engine';
import { FusionError } from '@fusion-kit/domain/errors';
import type { Event } from '@fusion-kit/domain/event';
import { RunId } from '@fusion-kit/domain/ids';
import type { EventFilter } from '@fusion-kit/domain/ports/journal';
import { ATTEMPT_EVENTS, recordedAttempts } from '@fusion-kit/domain/recorded-attempts';
import { recordedProvider } from '@fusion-kit/domain/recorded-provider';
import type { Caller, Upstream } from '@fusion-kit/domain/ports/upstream';
import { recordedCalls } from '@fusion-kit/upstreams/recorded/recorded-calls';
import { recordedUpstream } from '@fusion-kit/upstreams/recorded/recorded-upstream';

const PAGE = 1_000;
type Reading = Pick<Engine, 'read' | 'events' | 'find' | 'blobs'>;

/** The providers that answer from the record of a run, made when a run that is enacted again first asks for one. */
export class Recordings {
  readonly #upstreams = new Map<string, Upstream>();
  readonly #engine: () => Reading | undefined;
  readonly #providerOf: (id: string) => Upstream | undefined;
  readonly #plain: (caller: Caller, body: string) => string;

  /** @param engine undefined as long as it is not open @param plain what is asked, as it would be recorded */
  constructor(
    engine: () => Reading | undefined,
    providerOf: (id: string) => Upstream | undefined,
    plain: (caller: Caller, body: string) => string,
  ) {
    this.#plain = plain;
    this.#engine = engine;
    this.#providerOf = providerOf;
  }

  /** Undefined: the id is none of a recording, or of a provider that is gone. */
  upstream(id: string): Upstream | undefined {
    const recorded = recordedProvider(id);
    const like = recorded && this.#providerOf(recorded.provider);
    if (!like) return undefined;
    const known = this.#upstreams.get(id);
    if (known) return known;
    const upstream = recordedUpstream({
      id,
      like,
      calls: () => this.#calls(recorded.runId),
      plain: this.#plain,
      placeOf: (caller) =>
        this.#opened().read((world) => {
          const task = world.get('tasks', caller.taskId);
          return { node: task?.node ?? '', attempt: (task?.attempts ?? 0) + 1 };
        }),
      answersBefore: (caller) => this.#answersBefore(caller),
    });
    this.#upstreams.set(id, upstream);
    return upstream;
  }

  #opened(): Reading {
    const engine = this.#engine();
    if (!engine) throw new FusionError('shutting_down', 'the engine is not open yet');
    return engine;
  }

  async #calls(id: string) {
    const engine = this.#opened();
    const runId = RunId.parse(id);
    const nodes = new Map<string, string>();
    for (let after: string | undefined; ;) {
      const tasks = await engine.find({ table: 'tasks', filter: { runId }, limit: PAGE, ...(after && { after }) });
      for (const task of tasks) nodes.set(task.id, task.node);
      after = tasks.at(-1)?.id;
      if (tasks.length < PAGE) break;
    }
    return recordedCalls(await this.#attempts({ runId }), (taskId) => nodes.get(taskId), engine.blobs);
  }

  async #answersBefore({ taskId }: Caller): Promise<number> {
    return (await this.#attempts({ taskId })).get(taskId)?.at(-1)?.answers ?? 0;
  }

  async #attempts(of: EventFilter) {
    const events: Event[] = [];
    for (let after = 0; ;) {
      const page = await this.#opened().events(after, PAGE, { ...of, types: ATTEMPT_EVENTS });
      events.push(...page.map(({ event }) => event));
      after = page.at(-1)?.seq ?? after;
      if (page.length < PAGE) return recordedAttempts(events);
    }
  }
}
