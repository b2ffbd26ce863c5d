import { type AgentSpec, SHELL_RUNTIME } from '@fusion-kit/domain/agent';
import { asFusionError, errorOf, FusionError } from '@fusion-kit/domain/errors';
import type { DispatchId, RunId } from '@fusion-kit/domain/ids';
import type { Blobs } from '@fusion-kit/domain/ports/blobs';
import type { Runtime } from '@fusion-kit/domain/ports/runtime';
import type { RunnerEnd } from '@fusion-kit/domain/ports/transport';
import type { Upstream } from '@fusion-kit/domain/ports/upstream';
import type { Workspaces } from '@fusion-kit/domain/ports/workspaces';
import type { RunnerCommand, StartDispatch } from '@fusion-kit/domain/runner-protocol';
import type { OfferedServices } from './bridge/services.ts';
import { Dispatch } from './dispatch.ts';
import { graced } from './graced.ts';
import { type Outside, secretsOf } from './outside/outside.ts';
import { redactor } from './outside/redactor.ts';
import { verifier } from './outside/verifier.ts';
import { checksOf, rejected } from './prove.ts';
import { Sampler } from './sampling/sampler.ts';
import { toldFailure } from './told-failure.ts';
import type { DispatchTokens } from './tokens.ts';

export interface RunnerOptions {
  end: RunnerEnd;
  blobs: Blobs;
  tokens: DispatchTokens;
  runtimes: ReadonlyMap<string, Runtime>;
  upstream: (id: string) => Upstream | undefined;
  /** Used where an agent names no provider. */
  defaultProvider: string;
  /**
   * Where an agent may work, confined as this machine and the user's choice have it; without an agent: where a project is checked.
   * @throws {FusionError} `sandbox_missing`
   */
  workspacesFor: (agent: AgentSpec | undefined) => Workspaces;
  /** What the programs of agents are served with. */
  services?: OfferedServices;
  /** What lies outside of cages; without it nothing there is reached, and secrets are given to nobody. */
  outside?: Outside;
  /** Longest that a project's check may take. */
  checkTimeoutMs?: number;
  /** Time between two signs of life of what is under way. */
  heartbeatMs?: number;
  sampler?: Sampler;
  log: (line: string) => void;
}

type CommandOf<Type extends RunnerCommand['type']> = Extract<RunnerCommand, { type: Type }>;

const CHECK_TIMEOUT_MS = 1_800_000;
/** A death is acted on at the second look that finds it, so within twice this. */
const HEARTBEAT_MS = 2_000;

/** Parking has to be over in five seconds, all in all. */
const CLOSING_MS = 2_500;

interface Equipment {
  /** Absent where only commands are carried out. */
  runtime: Runtime | undefined;
  upstream: Upstream | undefined;
  workspaces: Workspaces;
}

/** Hosts agents: carries out runner commands and reports what comes of them. It keeps no truth of its own. */
export class Runner {
  readonly #options: RunnerOptions;
  readonly #dispatches = new Map<DispatchId, Dispatch>();
  readonly #checks = new Map<RunId, AbortController>();
  /** What is under way beside the dispatches. */
  readonly #work = new Set<Promise<void>>();
  readonly #stop = new AbortController();
  readonly #sampler: Sampler;
  #heart: NodeJS.Timeout | undefined;

  constructor(options: RunnerOptions) {
    this.#options = options;
    this.#sampler = options.sampler ?? new Sampler();
    options.end.onCommand((command) => this.#carryOut(command));
  }

  /**
   * Ends every dispatch at once and waits until none of their processes is left, or for so long: git at work on a large repository is not waited for, the next
   * start finds what it left. What was reported stays; the rest goes on then.
   */
  async close(): Promise<void> {
    this.#stop.abort(new FusionError('shutting_down', 'the runner is stopping'));
    for (const dispatch of this.#dispatches.values()) dispatch.stop('the runner is stopping');
    const underWay = [...[...this.#dispatches.values()].map((dispatch) => dispatch.done), ...this.#work];
    await graced(Promise.allSettled(underWay), this.#stop.signal, CLOSING_MS).catch(() => {});
    this.#rest();
  }

  #carryOut(command: RunnerCommand): void {
    if (this.#stop.signal.aborted) return;
    switch (command.type) {
      case 'agent.open':
        return this.#hold(this.#openAgent(command));
      case 'agent.close':
        return this.#hold(this.#closeAgent(command));
      case 'dispatch.start':
        return this.#begin(command);
      case 'dispatch.stop':
        return this.#dispatches.get(command.dispatchId)?.stop(command.reason);
      case 'dispatch.pause':
        return this.#dispatches.get(command.dispatchId)?.pause();
      case 'dispatch.resume':
        return this.#dispatches.get(command.dispatchId)?.resume();
      case 'dispatch.deliver':
        return this.#dispatches.get(command.dispatchId)?.deliver(command.messages);
      case 'dispatch.answer':
        return this.#dispatches.get(command.dispatchId)?.answer(command);
      case 'run.check':
        return this.#hold(this.#check(command));
      case 'run.stop_check':
        return this.#checks.get(command.runId)?.abort(new FusionError('shutting_down', 'the run was cancelled'));
    }
  }

  #hold(work: Promise<void>): void {
    const held = work
      .catch((thrown: unknown) => this.#options.log(`runner: ${asFusionError(thrown).message}`))
      .finally(() => this.#work.delete(held));
    this.#work.add(held);
  }

  /** What an agent needs to work; @throws {FusionError} what is missing */
  #equipment(agent: AgentSpec): Equipment {
    const { runtimes, upstream, defaultProvider, workspacesFor } = this.#options;
    if (agent.runtime === SHELL_RUNTIME)
      return { runtime: undefined, upstream: undefined, workspaces: workspacesFor(agent) };
    const runtime = runtimes.get(agent.runtime);
    if (!runtime)
      throw new FusionError(
        'runtime_unknown',
        `there is no runtime ${agent.runtime}; there are ${[...runtimes.keys()].join(', ')}`,
      );
    const provider = agent.provider ?? defaultProvider;
    const needsModel = runtime.needsModel(agent);
    const found = needsModel ? upstream(provider) : undefined;
    if (needsModel && !found) throw new FusionError('provider_unknown', `there is no provider ${provider}`);
    return { runtime, upstream: found, workspaces: workspacesFor(agent) };
  }

  async #openAgent({ agentId, agent, project }: CommandOf<'agent.open'>): Promise<void> {
    const { end, outside } = this.#options;
    try {
      const { runtime, upstream, workspaces } = this.#equipment(agent);
      if (outside) await secretsOf(outside, agent.secrets ?? []); // better known now than with its first task
      const [status, workspace] = await Promise.all([
        upstream?.check(this.#stop.signal),
        workspaces.open(agentId, project),
        runtime?.check?.(agent),
      ]);
      if (status?.failure) throw errorOf(status.failure);
      await end.report({ type: 'agent.ready', agentId, workspace: workspace.path, sandbox: workspace.sandbox });
    } catch (thrown) {
      await end.report({ type: 'agent.failed', agentId, failure: toldFailure(thrown) });
    }
  }

  async #closeAgent({ agentId, project }: CommandOf<'agent.close'>): Promise<void> {
    const theirs = [...this.#dispatches.values()].filter((dispatch) => dispatch.agentId === agentId);
    await Promise.allSettled(theirs.map((dispatch) => dispatch.done)); // stopped by the commands before
    await this.#options.workspacesFor(undefined).remove(agentId, project);
  }

  #begin(start: StartDispatch): void {
    const { end, blobs, tokens, services, outside } = this.#options;
    const { dispatchId } = start.caller;
    if (this.#dispatches.has(dispatchId)) return; // handed over twice
    tokens.set(dispatchId, start.token);
    try {
      const dispatch = new Dispatch(start, {
        end,
        blobs,
        services,
        outside,
        sampler: this.#sampler,
        ...this.#equipment(start.agent),
      });
      this.#dispatches.set(dispatchId, dispatch);
      this.#heart ??= setInterval(() => this.#beat(), this.#options.heartbeatMs ?? HEARTBEAT_MS).unref();
      void dispatch.done.finally(() => {
        this.#dispatches.delete(dispatchId);
        tokens.delete(dispatchId);
        if (this.#dispatches.size === 0) this.#rest();
      });
    } catch (thrown) {
      tokens.delete(dispatchId);
      const failure = toldFailure(thrown);
      this.#hold(
        end.report({ type: 'dispatch.failed', caller: start.caller, token: start.token, failure }).then(() => {}),
      );
    }
  }

  #beat(): void {
    const dispatches = [...this.#dispatches.values()].map((dispatch) => dispatch.look());
    this.#options.end.report({ type: 'runner.heartbeat', dispatches }).catch(() => {}); // the next one is near
  }

  /** Nothing beats while there is nothing to do. */
  #rest(): void {
    clearInterval(this.#heart);
    this.#heart = undefined;
  }

  /** What a run's own check may reach and is given. @throws {FusionError} `secret_missing`, `secret_unfit` */
  async #judge({ hosts, secrets: names = [] }: CommandOf<'run.check'>): Promise<Pick<Workspaces, 'verify'>> {
    const { outside } = this.#options;
    const workspaces = this.#options.workspacesFor(undefined);
    if (!outside) return workspaces;
    const secrets = await secretsOf(outside, names);
    return verifier({ workspaces, outside, hosts, secrets, redactor: redactor(Object.values(secrets)) });
  }

  async #check(command: CommandOf<'run.check'>): Promise<void> {
    const { runId, project, commit, setup, commands } = command;
    if (this.#checks.has(runId)) return; // handed over twice
    const { end, blobs, checkTimeoutMs: timeoutMs = CHECK_TIMEOUT_MS } = this.#options;
    const stopped = new AbortController();
    this.#checks.set(runId, stopped);
    const signal = AbortSignal.any([this.#stop.signal, stopped.signal]);
    try {
      const verification = { project, ...(commit && { commit }), setup, commands, timeoutMs, directory: project.path };
      const result = await (await this.#judge(command)).verify(verification, signal);
      const checks = await checksOf(blobs, result);
      const failure = result.passed ? {} : { failure: toldFailure(rejected(result)) };
      await end.report({ type: 'run.checked', runId, passed: result.passed, checks, ...failure });
    } catch (thrown) {
      if (signal.aborted) return; // asked again after the restart, or wanted by nobody
      await end.report({
        type: 'run.checked',
        runId,
        passed: false,
        checks: [],
        failure: toldFailure(thrown),
      });
    } finally {
      this.#checks.delete(runId);
    }
  }
}
