import { createHash } from 'node:crypto';
import type { Agent } from '@fusion-kit/domain/agent';
import type { Command } from '@fusion-kit/domain/command';
import { decide } from '@fusion-kit/domain/decide';
import type { Entry } from '@fusion-kit/domain/entry';
import { FusionError } from '@fusion-kit/domain/errors';
import type { Event } from '@fusion-kit/domain/event';
import type { AgentId, IdOf, NewId, RunId } from '@fusion-kit/domain/ids';
import type { EventFilter, RowQuery } from '@fusion-kit/domain/ports/journal';
import type { Rows, Table } from '@fusion-kit/domain/row';
import type { TaskSpec } from '@fusion-kit/domain/task';
import { type Workflow, WorkflowDefinition } from '@fusion-kit/domain/workflow';
import { World } from '@fusion-kit/domain/world';
import { entriesOf, rowsOf } from '@fusion-kit/testing/array-query';
import { gate } from './gate.ts';
import type { Keep } from '@fusion-kit/engine/archive';
import { diffRuns } from '@fusion-kit/engine/diff-runs';
import type { Accepted, Engine, ForkRequest, Idempotency, LiveDelta } from '@fusion-kit/engine/engine';
import { replayRun } from '@fusion-kit/engine/replay';

const LETTERS = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';

/** Ids that sort in the order they were made. */
function countedIds(): NewId {
  let made = 0;
  return <Prefix extends keyof IdOf>(prefix: Prefix) => {
    const digits = Array.from({ length: 26 }, (_, at) => LETTERS[Math.floor(made / 32 ** (25 - at)) % 32]);
    made += 1;
    return `${prefix}_${digits.join('')}` as IdOf[Prefix];
  };
}

/** The rules of the domain over arrays: every answer is a real decision and a real fold, only nothing is kept. */
export class MemoryEngine implements Engine {
  readonly newId = countedIds();
  readonly entries: Entry[] = [];
  readonly synchronous = 'memory';
  readonly failed: Promise<never>;
  /** Entries handed to followers so far. */
  followed = 0;
  fail: (error: Error) => void = () => {};
  readonly #world = new World();
  readonly #texts = new Map<string, string>();
  readonly #listeners = new Set<(delta: LiveDelta) => void>();
  #bell = gate();
  #at = 1_700_000_000_000;

  constructor() {
    this.failed = new Promise((_, reject) => (this.fail = reject));
    this.failed.catch(() => {});
  }

  get head(): number {
    return this.entries.length;
  }

  readonly blobs = {
    put: async (text: string) => {
      const blob = `sha256:${createHash('sha256').update(text).digest('hex')}`;
      this.#texts.set(blob, text);
      return { blob, size: Buffer.byteLength(text), preview: text.slice(0, 2_000) };
    },
    get: async (blob: string) => {
      const text = this.#texts.get(blob);
      if (text === undefined) throw new FusionError('blob_unknown', `there is no blob ${blob}`);
      return text;
    },
  };

  append(...events: Event[]): void {
    for (const event of events) this.#keep({ seq: this.head + 1, at: (this.#at += 10), event });
    this.#ring();
  }

  #keep(entry: Entry): void {
    this.#world.apply(entry);
    this.entries.push(entry);
  }

  #ring(): void {
    this.#bell.open();
    this.#bell = gate();
  }

  async submit(
    command: Command,
    { idempotency, reply }: { idempotency?: Idempotency | undefined; reply?: unknown } = {},
  ): Promise<Accepted> {
    const held = idempotency && this.#world.get('keys', idempotency.key);
    if (held && held.digest !== idempotency.digest)
      throw new FusionError('idempotency_conflict', `the key ${held.key} was used for another request`);
    if (held) return { seq: held.seq, reply: held.reply, repeated: true };
    const { events, refused } = decide(this.#world, command, this.#at);
    if (refused) throw refused;
    for (const [place, event] of events.entries()) {
      const keyed = idempotency && place === events.length - 1 ? { keyed: { ...idempotency, reply } } : {};
      this.#keep({ seq: this.head + 1, at: (this.#at += 10), event, ...keyed });
    }
    this.#ring();
    return { seq: this.head, reply, repeated: false };
  }

  async #submitFor<T extends Table>(
    table: T,
    id: string,
    command: Command,
    idempotency?: Idempotency,
  ): Promise<Rows[T]> {
    const accepted = await this.submit(command, { idempotency, reply: id });
    return this.#world.get(table, String(accepted.reply))!;
  }

  async read<T>(look: (world: World) => T): Promise<T> {
    return look(this.#world);
  }

  async find<T extends Table>(query: RowQuery<T>): Promise<Rows[T][]> {
    return rowsOf(this.#world.all(query.table), query);
  }

  async events(after: number, limit: number, filter: EventFilter = {}): Promise<Entry[]> {
    return entriesOf(this.entries, { after, limit, filter });
  }

  async snapshot() {
    const tables = ['projects', 'agents', 'workflows', 'runs', 'tasks', 'messages', 'keys'] as const;
    return { seq: this.head, rows: Object.fromEntries(tables.map((table) => [table, [...this.#world.all(table)]])) };
  }

  /** What was asked to be kept, and that nothing had to be moved. */
  readonly keeps: Keep[] = [];

  async archive(keep: Keep) {
    this.keeps.push(keep);
    return { segments: 1, events: this.head - 1, end: this.head - 1 };
  }

  async *follow(after: number, signal: AbortSignal): AsyncGenerator<readonly Entry[]> {
    const stopped = new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }));
    for (let seen = after; !signal.aborted;) {
      const rung = this.#bell.opened;
      const batch = this.entries.slice(seen, seen + 100);
      if (batch.length === 0) await Promise.race([rung, stopped]);
      else {
        seen += batch.length;
        this.followed += batch.length;
        yield batch;
      }
    }
  }

  onDelta(listener: (delta: LiveDelta) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  say(delta: LiveDelta): void {
    for (const listener of this.#listeners) listener(delta);
  }

  get listeners(): number {
    return this.#listeners.size;
  }

  createProject: Engine['createProject'] = ({ path, name, budget }, idempotency) => {
    const projectId = this.newId('prj');
    const command = { type: 'project.create', projectId, name: name ?? path, path, kind: 'directory', budget } as const;
    return this.#submitFor('projects', projectId, command, idempotency);
  };

  spawnAgent: Engine['spawnAgent'] = ({ project: projectId, spec }, idempotency): Promise<Agent> => {
    const agentId = this.newId('agt');
    return this.#submitFor('agents', agentId, { type: 'agent.spawn', agentId, projectId, spec }, idempotency);
  };

  arrive(agentId: AgentId): Promise<Accepted> {
    return this.submit({ type: 'agent.arrive', agentId, workspace: '/tmp/there', sandbox: 'none' });
  }

  saveWorkflow: Engine['saveWorkflow'] = async (
    { project: projectId, definition, author },
    idempotency,
  ): Promise<Workflow> => {
    const ref = await this.blobs.put(JSON.stringify(definition));
    const { name, nodes } = definition;
    const present = [...this.#world.all('workflows')].find((one) => one.projectId === projectId && one.name === name);
    const workflowId = present?.id ?? this.newId('wfl');
    const rest = { workflowId, projectId, name, nodeCount: nodes.length, definition: ref, author };
    return this.#submitFor('workflows', workflowId, { type: 'workflow.save', ...rest }, idempotency);
  };

  definitionOf: Engine['definitionOf'] = async (workflowId, version) => {
    const workflow = this.#world.get('workflows', workflowId);
    const saved = version === undefined ? workflow : workflow?.versions.find((one) => one.version === version);
    if (!saved) throw new FusionError('workflow_unknown', `there is no workflow ${workflowId} in version ${version}`);
    return WorkflowDefinition.parse(JSON.parse(await this.blobs.get(saved.definition.blob)));
  };

  startRun: Engine['startRun'] = async ({ workflowId, inputs }, idempotency) => {
    const { setup, check, nodes, budget } = await this.definitionOf(workflowId);
    const { projectId, name, version } = this.#world.get('workflows', workflowId)!;
    const id = this.newId('run');
    const idOf = new Map(nodes.map((node) => [node.id, this.newId('tsk')]));
    const tasks = nodes.map(({ id: node, needs, ...rest }): TaskSpec => ({
      ...rest,
      id: idOf.get(node)!,
      projectId,
      runId: id,
      node,
      unblocks: 0,
      needs: needs.map((need) => ({ ...need, id: idOf.get(need.id)! })),
    }));
    const spec = { id, projectId, workflowId, workflowVersion: version, name, inputs, setup, check, budget };
    return this.#submitFor('runs', id, { type: 'run.start', spec, tasks, agents: [] }, idempotency);
  };

  readonly forks: ForkRequest[] = [];

  /** Starts the workflow from its beginning, and remembers what was asked for. */
  forkRun: Engine['forkRun'] = async (request, idempotency) => {
    const run = this.#world.get('runs', request.runId);
    if (!run?.workflowId) throw new FusionError('run_unknown', `there is no run ${request.runId}`);
    this.forks.push(request);
    const inputs = { ...run.inputs, ...request.inputs };
    return this.startRun({ workflowId: run.workflowId, inputs, defaults: request.defaults }, idempotency);
  };

  reenactRun: Engine['reenactRun'] = ({ runId }, idempotency) =>
    this.forkRun({ runId, inputs: {}, defaults: {} }, idempotency);

  readonly #journal = {
    readAfter: this.events.bind(this),
    find: <T extends Table>(query: RowQuery<T>) => this.find(query),
  };

  replay: Engine['replay'] = (runId, to) => replayRun({ journal: this.#journal, log: this }, runId, to);
  diffRuns: Engine['diffRuns'] = (one, other) => diffRuns({ journal: this.#journal, log: this }, one, other);

  async #standingRun(projectId: Rows['projects']['id']): Promise<RunId> {
    const found = [...this.#world.all('runs')].find((run) => run.projectId === projectId && !run.workflowId);
    if (found) return found.id;
    const id = this.newId('run');
    const spec = { id, projectId, name: 'by hand', inputs: {}, setup: [], check: [], budget: {} };
    await this.submit({ type: 'run.start', spec, tasks: [], agents: [] });
    return id;
  }

  createTask: Engine['createTask'] = async ({ project: projectId, task }, idempotency) => {
    const runId = await this.#standingRun(projectId);
    const id = this.newId('tsk');
    const spec = { ...task, id, projectId, runId, node: 'by-hand', unblocks: 0 };
    return this.#submitFor('tasks', id, { type: 'task.create', spec }, idempotency);
  };

  async close(): Promise<void> {}
}
