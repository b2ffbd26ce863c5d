import { asFusionError, FusionError } from '@fusion-kit/domain/errors';
import { keepText } from '@fusion-kit/domain/kept-text';
import type { Blobs } from '@fusion-kit/domain/ports/blobs';
import { outputsOf } from '@fusion-kit/domain/node';
import type { AgentWork } from '@fusion-kit/domain/nodes/agent';
import type { Delta, ModelEndpoint, Runtime, RuntimeEvent, Turn, TurnResult } from '@fusion-kit/domain/ports/runtime';
import type { RunnerEnd } from '@fusion-kit/domain/ports/transport';
import type { Upstream } from '@fusion-kit/domain/ports/upstream';
import type { Workspace, Workspaces } from '@fusion-kit/domain/ports/workspaces';
import type { Receipt } from '@fusion-kit/domain/receipt';
import type { RunnerMessage, RunnerReport, StartDispatch } from '@fusion-kit/domain/runner-protocol';
import type { Text } from '@fusion-kit/domain/text';
import { Deadline } from './deadline.ts';
import { Gate } from './gate.ts';
import { Mailbox } from './mailbox.ts';
import { accepted } from './meter.ts';
import { prove } from './prove.ts';
import { toldFailure } from './told-failure.ts';
import { fromConversation, toConversation } from './wire-text.ts';

export interface DispatchParts {
  end: RunnerEnd;
  blobs: Blobs;
  workspaces: Workspaces;
  runtime: Runtime;
  upstream: Upstream | undefined;
}

/** Longest output that an event holds itself, and all outputs of a task together, in characters of JSON. */
const OUTPUT_MAX = 1_000;
const OUTPUTS_MAX = 2_000;

type Bare<R> = R extends RunnerReport ? Omit<R, 'caller' | 'token'> : never;

/** One task in one agent's hands, from its start to its proof or failure. */
export class Dispatch {
  readonly #start: StartDispatch;
  readonly #parts: DispatchParts;
  readonly #stop = new AbortController();
  readonly #gate = new Gate();
  readonly #deadline: Deadline;
  readonly #mailbox = new Mailbox();
  /** Resolves when nothing of it runs any more. */
  readonly done: Promise<void>;

  constructor(start: StartDispatch, parts: DispatchParts) {
    this.#start = start;
    this.#parts = parts;
    this.#mailbox.put(start.messages);
    const { title, timeoutMs } = start;
    this.#deadline = new Deadline(timeoutMs, () =>
      this.#stop.abort(new FusionError('task_timeout', `task "${title}" took longer than ${timeoutMs} ms`)),
    );
    if (start.paused) this.#gate.close();
    else this.#deadline.run();
    this.done = this.#run();
  }

  pause(): void {
    this.#gate.close();
    this.#deadline.pause();
  }

  resume(): void {
    this.#gate.open();
    this.#deadline.run();
  }

  deliver(messages: readonly RunnerMessage[]): void {
    this.#mailbox.put(messages);
  }

  get agentId() {
    return this.#start.caller.agentId;
  }

  /** Ends it: the runtime stops and leaves no process. Nothing more is reported. */
  stop(reason: string): void {
    this.#stop.abort(new FusionError('dispatch_stale', reason));
  }

  async #run(): Promise<void> {
    try {
      await this.#report({ type: 'dispatch.started' });
      await this.#work();
    } catch (thrown) {
      const reason: unknown = this.#stop.signal.aborted ? this.#stop.signal.reason : thrown;
      await this.#fail(asFusionError(reason));
    } finally {
      this.#deadline.pause();
    }
  }

  async #work(): Promise<void> {
    const { workspaces, blobs } = this.#parts;
    const { caller, project, work } = this.#start;
    const workspace = await workspaces.open(caller.agentId, project);
    await this.#prepare(workspace);
    await this.#report({ type: 'dispatch.phase', phase: 'working' });
    const claim = await this.#carryOut(workspace);
    await this.#report({ type: 'dispatch.phase', phase: 'verifying' });
    const { receipt, failure } = await prove({ start: this.#start, workspace, workspaces, blobs }, this.#stop.signal);
    if (failure) return this.#fail(failure, receipt);
    const declared = outputsOf(work).filter((name) => name !== 'summary');
    const max = Math.min(OUTPUT_MAX, Math.floor(OUTPUTS_MAX / (declared.length + 1)));
    const outputs: Record<string, Text> = { summary: await keepText(blobs, claim.summary, max) };
    for (const name of declared) outputs[name] = await keepText(blobs, claim.outputs[name] ?? claim.summary, max);
    await this.#report({ type: 'dispatch.proved', outputs, receipt });
  }

  async #prepare(workspace: Workspace): Promise<void> {
    const { caller, base, history, project } = this.#start;
    const previous = history.at(-1)?.dispatchId;
    const fresh = { id: caller.dispatchId, ...(base && { base }) };
    if (project.kind === 'git' && !base)
      throw new FusionError('workspace_failed', `the run has no commit to start from`);
    await (previous ? workspace.resume({ ...fresh, previous }) : workspace.begin(fresh));
  }

  /** Each kind of work in its own way. */
  async #carryOut(workspace: Workspace): Promise<TurnResult> {
    const { work } = this.#start;
    switch (work.kind) {
      case 'agent':
        return this.#turn(workspace, work);
      default:
        throw new FusionError('runtime_unknown', `a runner does not carry out a ${work.kind} node`);
    }
  }

  async #turn(workspace: Workspace, work: AgentWork): Promise<TurnResult> {
    const { runtime, blobs } = this.#parts;
    const { note, caller } = this.#start;
    const history = await Promise.all(this.#start.history.map((event) => fromConversation(blobs, event)));
    const over = new AbortController();
    const signal = AbortSignal.any([this.#stop.signal, over.signal]);
    const model = this.#model();
    const turn: Turn = {
      caller,
      agent: this.#start.agent,
      title: this.#start.title,
      work,
      inputs: this.#start.inputs,
      team: this.#start.team,
      history,
      ...(note && { note }),
      workspacePath: workspace.path,
      ...(model && { model }),
      cage: (command, args, options) => workspace.cage(command, args, options),
      takeMessages: async () => this.#mailbox.take(),
      send: async (message) => void (await this.#report({ type: 'message.send', ...message })),
      gate: () => this.#gate.pass(signal),
    };
    const conversation = runtime.run(turn, signal);
    try {
      while (true) {
        const { done, value } = await conversation.next();
        if (done) return value;
        if (value.type === 'delta') this.#show(value);
        else await this.#keep(value);
      }
    } finally {
      // A report that was refused leaves the loop early; the runtime has to end its processes all the same.
      over.abort(new FusionError('dispatch_stale', 'the turn is over'));
      await conversation.return({ summary: '', outputs: {} }).catch(() => {});
    }
  }

  #model(): ModelEndpoint | undefined {
    const { upstream, runtime } = this.#parts;
    const { agent, caller } = this.#start;
    if (!runtime.needsModel || !upstream) return undefined;
    const model = agent.model ?? upstream.defaultModel;
    if (!model)
      throw new FusionError(
        'model_unknown',
        `agent ${agent.name} names no model and provider ${upstream.id} has no default one`,
      );
    const { id: provider, protocol, baseUrl } = upstream;
    return { provider, protocol, baseUrl, model, fetch: (input, init) => upstream.fetch(caller, input, init) };
  }

  async #keep(event: RuntimeEvent): Promise<void> {
    await this.#report({
      type: 'dispatch.activity',
      events: [await toConversation(this.#parts.blobs, this.#start.caller, event)],
    });
  }

  #show({ text }: Delta): void {
    void this.#report({ type: 'dispatch.delta', text }).catch(() => {}); // shown or not, it is not kept
  }

  async #fail(error: FusionError, receipt?: Receipt): Promise<void> {
    if (error.code === 'dispatch_stale' || error.code === 'journal_failed') return; // nobody is there to be told
    await this.#report({ type: 'dispatch.failed', failure: toldFailure(error), ...(receipt && { receipt }) }).catch(
      () => {},
    );
  }

  /** @throws {FusionError} what the engine refused with */
  async #report(report: Bare<RunnerReport>) {
    const { caller, token } = this.#start;
    return accepted(await this.#parts.end.report({ ...report, caller, token } as RunnerReport));
  }
}
