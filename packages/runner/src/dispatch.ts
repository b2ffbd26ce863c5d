import { asFusionError, FusionError } from '@fusion-kit/domain/errors';
import type { Blobs } from '@fusion-kit/domain/ports/blobs';
import type { Runtime, RuntimeEvent } from '@fusion-kit/domain/ports/runtime';
import type { RunnerEnd } from '@fusion-kit/domain/ports/transport';
import type { Upstream } from '@fusion-kit/domain/ports/upstream';
import type { Leash, Workspace, Workspaces } from '@fusion-kit/domain/ports/workspaces';
import { letterOf } from '@fusion-kit/domain/questions';
import type { Receipt } from '@fusion-kit/domain/receipt';
import type {
  Heartbeat,
  RunnerCommand,
  RunnerMessage,
  RunnerReport,
  StartDispatch,
} from '@fusion-kit/domain/runner-protocol';
import type { OfferedServices } from './bridge/services.ts';
import { runCommandNode } from './command.ts';
import { Deadline } from './deadline.ts';
import { Gate } from './gate.ts';
import type { Claim, Hands } from './hands.ts';
import { Mailbox } from './mailbox.ts';
import { accepted } from './meter.ts';
import { guardedBlobs, guardedEnd, guardedWorkspace } from './outside/guarded.ts';
import type { Outside } from './outside/outside.ts';
import { provide, type Provided } from './outside/provide.ts';
import { redactor } from './outside/redactor.ts';
import { redactedError } from './outside/verifier.ts';
import type { WayOut } from './outside/way-out.ts';
import { checkOutputs, keptOutputs } from './outputs.ts';
import { prove } from './prove.ts';
import { Pulse } from './pulse.ts';
import { Questions } from './questions.ts';
import type { Sampler } from './sampling/sampler.ts';
import { tickFile } from './ticks.ts';
import { toldFailure } from './told-failure.ts';
import { type Mind, takeTurn } from './turn.ts';
import { toConversation } from './wire-text.ts';

export interface DispatchParts {
  end: RunnerEnd;
  blobs: Blobs;
  workspaces: Workspaces;
  sampler: Sampler;
  /** Absent where only commands are carried out. */
  runtime: Runtime | undefined;
  upstream: Upstream | undefined;
  /** Absent where nothing serves agents' programs. */
  services: OfferedServices | undefined;
  /** Absent where nothing outside of cages is reached or given. */
  outside: Outside | undefined;
}

type Bare<R> = R extends RunnerReport ? Omit<R, 'caller' | 'token'> : never;

/** One task in one agent's hands, from its start to its proof or failure. */
export class Dispatch {
  #start: StartDispatch;
  readonly #parts: DispatchParts;
  readonly #stop = new AbortController();
  readonly #gate = new Gate();
  readonly #deadline: Deadline;
  readonly #mailbox = new Mailbox();
  readonly #pulse = new Pulse();
  readonly #questions: Questions;
  /** Why its time does not pass, and its silence is not counted. */
  readonly #rests = new Set<'paused' | 'waits for a person'>();
  #over = false;
  #leash: Leash | undefined;
  /** What it must not tell. */
  #redactor = redactor([]);
  /** Resolves when nothing of it runs any more. */
  readonly done: Promise<void>;

  constructor(start: StartDispatch, parts: DispatchParts) {
    this.#start = start;
    const secretless = () => this.#redactor;
    this.#parts = {
      ...parts,
      end: guardedEnd(parts.end, secretless),
      blobs: guardedBlobs(parts.blobs, secretless),
    };
    this.#mailbox.put(start.messages);
    this.#questions = new Questions({
      blobs: this.#parts.blobs,
      report: (report) => this.#report(report),
      answered: (id) => this.#mailbox.drop(letterOf(id)),
      waiting: (waits) => this.#rest('waits for a person', waits),
    });
    const { title, timeoutMs } = start;
    this.#deadline = new Deadline(timeoutMs, () =>
      this.#stop.abort(new FusionError('task_timeout', `task "${title}" took longer than ${timeoutMs} ms`)),
    );
    if (start.paused) this.pause();
    else this.#deadline.run();
    this.done = this.#run();
  }

  pause(): void {
    this.#gate.close();
    this.#rest('paused', true);
  }

  resume(): void {
    this.#gate.open();
    this.#rest('paused', false);
  }

  deliver(messages: readonly RunnerMessage[]): void {
    this.#mailbox.put(messages);
  }

  answer(command: Extract<RunnerCommand, { type: 'dispatch.answer' }>): void {
    this.#questions.put(command);
  }

  get agentId() {
    return this.#start.caller.agentId;
  }

  /** A sign of life. A process that is dead without anybody having seen it ends the dispatch. */
  look(): Heartbeat {
    const { caller, token, title } = this.#start;
    if (this.#pulse.died()) this.#stop.abort(new FusionError('process_died', `a process of task "${title}" is gone`));
    const { cpuMs } = this.#parts.sampler.sampleOf(caller.dispatchId) ?? {};
    return { caller, token, ...this.#pulse.look(cpuMs) };
  }

  /** Ends it: the runtime stops and leaves no process. Nothing more is reported. */
  stop(reason: string): void {
    this.#stop.abort(new FusionError('dispatch_stale', reason));
  }

  #rest(why: 'paused' | 'waits for a person', rests: boolean): void {
    if (rests) this.#rests.add(why);
    else this.#rests.delete(why);
    if (this.#rests.size > 0) this.#deadline.pause();
    else if (!this.#over) this.#deadline.run();
    this.#pulse.rest(this.#rests.size > 0);
  }

  async #run(): Promise<void> {
    try {
      await this.#report({ type: 'dispatch.started' });
      await this.#work();
    } catch (thrown) {
      const reason: unknown = this.#stop.signal.aborted ? this.#stop.signal.reason : thrown;
      const error = asFusionError(reason);
      await this.#fail((await this.#leash?.explain(error).catch(() => error)) ?? error);
    } finally {
      await this.#letGo();
      this.#over = true;
      this.#deadline.pause();
      this.#parts.sampler.stop(this.#start.caller.dispatchId);
      this.#parts.outside?.redactors.delete(this.#start.caller.dispatchId);
    }
  }

  async #work(): Promise<void> {
    const { blobs } = this.#parts;
    const { work } = this.#start;
    const prepared = await this.#prepare();
    const { wayOut, workspaces } = await this.#provide(prepared);
    const workspace = guardedWorkspace(prepared, this.#redactor);
    await this.#report({ type: 'dispatch.phase', phase: 'working' });
    const claim = await this.#carryOut(workspace, wayOut);
    this.#stop.signal.throwIfAborted(); // it may have ended well just because it was told to end
    await this.#leash?.check();
    await this.#report({ type: 'dispatch.phase', phase: 'verifying' });
    const over = this.#pulse.within();
    checkOutputs(work, claim);
    const { receipt, failure } = await prove({ start: this.#start, workspace, workspaces, blobs }, this.#stop.signal);
    if (failure) return this.#fail(failure, receipt);
    await this.#letGo();
    await this.#report({ type: 'dispatch.proved', outputs: await keptOutputs(blobs, work, claim), receipt });
    over();
  }

  async #prepare(): Promise<Workspace> {
    const { caller, base, history, project, fresh, work, agent } = this.#start;
    const over = this.#pulse.within();
    const workspace = await this.#parts.workspaces.open(caller.agentId, project);
    this.#leash = await workspace.leash?.(agent.limits ?? {}, (failure) => this.#stop.abort(failure));
    if (project.kind === 'git' && !base)
      throw new FusionError('workspace_failed', `the run has no commit to start from`);
    // What a script began is nothing it could go on with.
    const previous = fresh || work.kind !== 'agent' ? undefined : history.at(-1)?.dispatchId;
    const dispatch = { id: caller.dispatchId, ...(base && { base }) };
    if (!previous) await workspace.begin(dispatch);
    else if (!(await workspace.resume({ ...dispatch, previous })))
      this.#start = withNote(this.#start, nothingLeft(previous));
    over();
    this.#parts.sampler.start(caller.dispatchId, workspace.path, agent.runtime, this.#leash);
    return workspace;
  }

  async #provide(workspace: Workspace): Promise<Provided> {
    const { outside, workspaces } = this.#parts;
    const refused = (destination: string, reason: string): void =>
      void this.#keep({ type: 'host.refused', destination, reason }).catch(() => {});
    const provided = await provide(outside, { start: this.#start, workspace, workspaces, refused });
    this.#redactor = provided.redactor;
    outside?.redactors.set(this.#start.caller.dispatchId, provided.redactor);
    return provided;
  }

  /** Nothing of it runs any more once its end is told. What cannot be tidied up now is when its workspace is opened again. */
  async #letGo(): Promise<void> {
    await this.#leash?.release().catch(() => {});
  }

  /** Each kind of work in its own way. */
  async #carryOut(workspace: Workspace, wayOut: WayOut): Promise<Claim> {
    const { work } = this.#start;
    const hands: Hands = {
      start: this.#start,
      workspace,
      wayOut,
      blobs: this.#parts.blobs,
      pulse: this.#pulse,
      signal: this.#stop.signal,
      keep: (event) => this.#keep(event),
      show: (text) => this.#show(text),
    };
    if (work.kind === 'agent') return takeTurn(work, hands, this.#mind());
    await this.#gate.pass(this.#stop.signal);
    switch (work.kind) {
      case 'command':
        return runCommandNode(work, hands);
      case 'join':
        if (work.ticks) await tickFile(work.ticks, hands);
        return {};
      case 'approval':
      case 'condition':
      case 'map':
      case 'loop':
      case 'subworkflow':
        throw new FusionError('internal', `a ${work.kind} node is not carried out by an agent`);
    }
  }

  #mind(): Mind {
    const { runtime, upstream, services } = this.#parts;
    if (!runtime)
      throw new FusionError('runtime_unknown', `agent ${this.#start.agent.name} carries out commands and nothing else`);
    return {
      runtime,
      upstream,
      services,
      mailbox: this.#mailbox,
      report: (report) => this.#report(report),
      takeMessages: async () => this.#mailbox.take(),
      send: async (message) => void (await this.#report({ type: 'message.send', ...message })),
      ask: (question, signal) => this.#questions.ask(question, signal),
      gate: (signal) => this.#gate.pass(signal),
      paused: (signal) => this.#gate.closing(signal),
    };
  }

  async #keep(event: RuntimeEvent): Promise<void> {
    await this.#report({
      type: 'dispatch.activity',
      events: [await toConversation(this.#parts.blobs, this.#start.caller, event)],
    });
  }

  #show(text: string): void {
    void this.#report({ type: 'dispatch.delta', text }).catch(() => {}); // shown or not, it is not kept
  }

  async #fail(error: FusionError, receipt?: Receipt): Promise<void> {
    if (error.code === 'dispatch_stale' || error.code === 'journal_failed') return; // nobody is there to be told
    await this.#letGo();
    await this.#report({
      type: 'dispatch.failed',
      failure: toldFailure(redactedError(error, this.#redactor)),
      ...(receipt && { receipt }),
    }).catch(() => {});
  }

  /** @throws {FusionError} what the engine refused with */
  async #report(report: Bare<RunnerReport>) {
    const { caller, token } = this.#start;
    return accepted(await this.#parts.end.report({ ...report, caller, token } as RunnerReport));
  }
}

/** Said once for each dispatch whose work is gone, with its workspace or with all that was not in a backup. */
const nothingLeft = (previous: string): string =>
  `Your workspace begins anew: of what you did before (${previous}) no file is in it. Look before you rely on anything, and do again what is missing.`;

const withNote = (start: StartDispatch, note: string): StartDispatch => ({
  ...start,
  note: start.note === undefined ? note : `${start.note}\n${note}`,
});
