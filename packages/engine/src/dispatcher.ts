import type { Entry } from '@fusion-kit/domain/entry';
import { asFusionError } from '@fusion-kit/domain/errors';
import type { EventOf } from '@fusion-kit/domain/event';
import type { AgentId, DispatchId, MessageId, RunId } from '@fusion-kit/domain/ids';
import { wholeText } from '@fusion-kit/domain/kept-text';
import { answeredBefore } from '@fusion-kit/domain/questions';
import type { EngineEnd } from '@fusion-kit/domain/ports/transport';
import type { Caller } from '@fusion-kit/domain/ports/upstream';
import type { Project } from '@fusion-kit/domain/project';
import type { RunnerCommand } from '@fusion-kit/domain/runner-protocol';
import { answerLetter, brief, type BriefingOptions, inbound } from './briefing.ts';
import type { Follower } from './follower.ts';
import type { DispatchTokens } from './tokens.ts';
import type { Writer } from './writer.ts';

export interface DispatcherOptions extends BriefingOptions {
  transport: EngineEnd;
  tokens: DispatchTokens;
  writer: Writer;
  random: () => number;
  /** Where problems go that no task or agent can show. */
  log: (line: string) => void;
}

type ToDispatch = Extract<RunnerCommand, { dispatchId: DispatchId }>;

/** Turns what was decided into runner commands, after it is durable. */
export class Dispatcher implements Follower {
  readonly #options: DispatcherOptions;
  /** Dispatches whose briefing is being read, and what is for them meanwhile: it must not come before they start. */
  readonly #starting = new Map<DispatchId, ToDispatch[]>();

  constructor(options: DispatcherOptions) {
    this.#options = options;
  }

  /** Takes assignments as soon as they are on their way to the disk: what they are told is ready when they are durable. */
  prepare(entries: readonly Entry[]): void {
    for (const { event } of entries) if (event.type === 'task.assigned') void this.#start(event);
  }

  see(entries: readonly Entry[]): void {
    for (const { event } of entries) {
      switch (event.type) {
        case 'agent.spawning':
        case 'agent.respawning':
          this.openAgent(event.agentId);
          break;
        case 'agent.terminated':
          this.#closeAgent(event);
          break;
        case 'agent.paused':
          this.#toDispatchOf(event.agentId, 'dispatch.pause');
          break;
        case 'agent.continued':
          this.#toDispatchOf(event.agentId, 'dispatch.resume');
          break;
        case 'task.proved':
        case 'task.completed':
          if (event.dispatchId) this.#options.tokens.revoke(event.dispatchId);
          break;
        case 'task.cancelled':
        case 'task.requeued':
        case 'task.failed':
          this.#stop(event);
          break;
        case 'message.sent':
          for (const agentId of event.recipients) void this.#deliver(agentId, event.messageId);
          break;
        case 'question.asked': // what was answered while nobody asked
        case 'question.answered':
          void this.#answer(event);
          break;
        case 'run.checking':
          this.check(event.runId);
          break;
        case 'run.cancelled':
        case 'run.failed': // its deadline may have passed during the check
          this.#send({ type: 'run.stop_check', runId: event.runId });
          break;
        default: // concerns no runner
      }
    }
  }

  /** Prepares an agent, again after a restart. */
  openAgent(agentId: AgentId): void {
    const agent = this.#options.world.get('agents', agentId);
    const project = agent && this.#place(agent.projectId);
    if (agent?.state === 'spawning' && project)
      this.#send({ type: 'agent.open', projectId: agent.projectId, agentId, agent, project });
  }

  /** Has the project's own check run on what the run came to, again after a restart. */
  check(runId: RunId): void {
    const run = this.#options.world.get('runs', runId);
    const project = run && this.#place(run.projectId);
    if (run?.phase !== 'checking' || !project) return;
    const { projectId, setup, check: commands, head, hosts, secrets } = run;
    const outside = { ...(hosts && { hosts }), ...(secrets && { secrets }) };
    const what = { ...(head && { commit: head }), setup, commands, ...outside };
    this.#send({ type: 'run.check', projectId, runId, project, ...what });
  }

  async #start({ projectId, runId, taskId, agentId, dispatchId, fence }: EventOf<'task.assigned'>): Promise<void> {
    const caller: Caller = { projectId, runId, taskId, agentId, dispatchId };
    const { tokens, writer, random } = this.#options;
    const meanwhile: ToDispatch[] = [];
    this.#starting.set(dispatchId, meanwhile);
    try {
      if (fence > 1) await writer.read(() => undefined); // what was said before is read from the log
      const command = await brief(this.#options, caller, tokens.issue(dispatchId));
      if (!command) return tokens.revoke(dispatchId);
      await writer.read(() => undefined); // what the briefing saw is told when it is durable
      if (meanwhile.some((later) => later.type === 'dispatch.stop')) return;
      this.#send(command);
      for (const later of meanwhile) this.#send(later);
    } catch (thrown) {
      const failure = asFusionError(thrown).toJSON();
      await writer.submit({ type: 'dispatch.fail', caller, failure, jitter: random() }).catch(() => {});
    } finally {
      this.#starting.delete(dispatchId);
    }
  }

  #toDispatch(command: ToDispatch): void {
    const starting = this.#starting.get(command.dispatchId);
    if (starting) starting.push(command);
    else this.#send(command);
  }

  #stop(event: EventOf<'task.cancelled'> | EventOf<'task.requeued'> | EventOf<'task.failed'>): void {
    if (!event.dispatchId) return;
    this.#options.tokens.revoke(event.dispatchId);
    this.#toDispatch({ type: 'dispatch.stop', dispatchId: event.dispatchId, reason: event.type });
  }

  #toDispatchOf(agentId: AgentId, type: 'dispatch.pause' | 'dispatch.resume'): void {
    const dispatchId = this.#options.world.get('agents', agentId)?.dispatchId;
    if (dispatchId) this.#toDispatch({ type, dispatchId });
  }

  async #deliver(agentId: AgentId, messageId: MessageId): Promise<void> {
    const { world } = this.#options;
    const dispatchId = world.get('agents', agentId)?.dispatchId;
    const message = world.get('messages', messageId);
    if (!dispatchId || message?.deliveries[agentId]?.state !== 'pending') return; // an idle agent gets it with its next task
    try {
      const messages = [await inbound(this.#options, message)];
      this.#toDispatch({ type: 'dispatch.deliver', dispatchId, messages });
    } catch (thrown) {
      this.#options.log(`message ${messageId} was not delivered: ${asFusionError(thrown).message}`);
    }
  }

  async #answer({ taskId, questionId }: EventOf<'question.asked'> | EventOf<'question.answered'>): Promise<void> {
    const { world, blobs } = this.#options;
    const task = world.get('tasks', taskId);
    const question = task?.questions?.find(({ id }) => id === questionId);
    const dispatchId = task?.dispatch?.id;
    if (!question?.answer || !dispatchId) return; // told with the next dispatch
    const { option, text, by } = question.answer;
    try {
      if (question.dispatchId !== dispatchId) {
        if (!answeredBefore(task).includes(question)) return;
        const messages = [await answerLetter({ blobs }, question)];
        return this.#toDispatch({ type: 'dispatch.deliver', dispatchId, messages });
      }
      const words = text === undefined ? undefined : await wholeText(blobs, text);
      const answer = { ...(option !== undefined && { option }), ...(words !== undefined && { text: words }), by };
      this.#toDispatch({ type: 'dispatch.answer', dispatchId, questionId, answer });
    } catch (thrown) {
      this.#options.log(`the answer to ${questionId} was not delivered: ${asFusionError(thrown).message}`);
    }
  }

  #closeAgent({ agentId, projectId }: EventOf<'agent.terminated'>): void {
    const project = this.#place(projectId);
    if (project) this.#send({ type: 'agent.close', agentId, project });
  }

  #place(projectId: Project['id']): Pick<Project, 'id' | 'path' | 'kind'> | undefined {
    const project = this.#options.world.get('projects', projectId);
    return project && { id: project.id, path: project.path, kind: project.kind };
  }

  #send(command: RunnerCommand): void {
    this.#options.transport
      .send(command)
      .catch((thrown: unknown) => this.#options.log(`${command.type} was not handed over: ${String(thrown)}`));
  }
}
