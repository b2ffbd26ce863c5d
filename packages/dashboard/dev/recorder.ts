import { executorOf, templatesOf } from '@fusion-kit/domain/node';
import type { AgentSpec } from '@fusion-kit/domain/agent';
import type { Command } from '@fusion-kit/domain/command';
import { decide } from '@fusion-kit/domain/decide';
import type { Entry } from '@fusion-kit/domain/entry';
import type { ConversationEvent } from '@fusion-kit/domain/event';
import type { IdOf } from '@fusion-kit/domain/ids';
import type { Caller } from '@fusion-kit/domain/ports/upstream';
import type { QuestionOption } from '@fusion-kit/domain/question';
import type { Receipt } from '@fusion-kit/domain/receipt';
import { branchRef } from '@fusion-kit/domain/run';
import { preview } from '@fusion-kit/domain/text';
import type { TaskSpec } from '@fusion-kit/domain/task';
import { World } from '@fusion-kit/domain/world';

/** Writes a log by giving commands to the domain's own rules: what it records could have happened. */
export class Recorder {
  readonly world = new World();
  readonly entries: Entry[] = [];
  at: number;
  #made = 0;

  constructor(at: number) {
    this.at = at;
  }

  id<Prefix extends keyof IdOf>(prefix: Prefix): IdOf[Prefix] {
    return `${prefix}_${String(++this.#made).padStart(26, '0')}` as IdOf[Prefix];
  }

  /** @throws the refusal */
  do(command: Command, passMs = 40): void {
    this.at += passMs;
    const decision = decide(this.world, command, this.at);
    if (decision.refused) throw decision.refused;
    for (const event of decision.events) {
      const entry = { seq: this.entries.length + 1, at: this.at, event };
      this.world.apply(entry);
      this.entries.push(entry);
    }
  }
}

export const agentSpec = (name: string, capabilities: string[], subscriptions: string[] = []): AgentSpec => ({
  name,
  runtime: 'model-loop',
  provider: 'openrouter',
  model: 'anthropic/claude-sonnet-5',
  capabilities,
  subscriptions,
  budget: {},
});

export const commitOf = (letter: string): string => (letter + '4f09c1be27').repeat(4).slice(0, 40);

/** An agent at a task, from being given it to its end. Every step is one or two model calls' worth of events. */
export class Attempt {
  readonly #recorder: Recorder;
  readonly #caller: Caller;
  #step = 0;
  #calls = 0;

  constructor(recorder: Recorder, task: TaskSpec, agentId: Caller['agentId']) {
    this.#recorder = recorder;
    const { projectId, runId, id: taskId } = task;
    this.#caller = { projectId, runId, taskId, agentId, dispatchId: recorder.id('dsp') };
    recorder.do({ type: 'task.assign', taskId, agentId, dispatchId: this.#caller.dispatchId });
    recorder.do({ type: 'dispatch.start', caller: this.#caller }, 120);
    recorder.do({ type: 'dispatch.phase', caller: this.#caller, phase: 'working' }, 600);
    if (executorOf(task.work) === 'shell') return;
    const system = 'You are one of a team. Work only in your workspace; finish with a summary.';
    this.#say({
      type: 'turn.opened',
      v: 1,
      ...this.#caller,
      system,
      prompt: Object.values(templatesOf(task.work)).join('\n'),
    });
  }

  get caller(): Caller {
    return this.#caller;
  }

  /** One answer of the model, then the tools it calls. */
  step(
    text: string,
    tools: { tool: string; input: unknown; output: string; isError?: boolean }[] = [],
    thinkMs = 2_400,
  ): void {
    const recorder = this.#recorder;
    const inputTokens = 2_100 + this.#step * 1_340;
    const outputTokens = 90 + text.length;
    const reservationId = recorder.id('rsv');
    recorder.do({ type: 'budget.reserve', reservationId, caller: this.#caller, tokens: 8_000, costUsd: 0.05 });
    const uses = tools.map(({ tool, input, output, isError = false }, at) => ({
      call: { callId: `call-${this.#calls + at}`, tool, input: JSON.stringify(input) },
      result: { output, isError, durationMs: 38 + at * 400 },
    }));
    const calls = uses.map(({ call }) => call);
    recorder.do(
      {
        type: 'budget.settle',
        reservationId,
        caller: this.#caller,
        settlement: {
          provider: 'openrouter',
          model: 'anthropic/claude-sonnet-5',
          status: 200,
          basis: 'reported',
          inputTokens,
          outputTokens,
          costUsd: inputTokens * 3e-6 + outputTokens * 15e-6,
          firstByteMs: 640,
          durationMs: thinkMs,
          attempts: 1,
        },
      },
      thinkMs,
    );
    this.#say({
      type: 'step.answered',
      v: 1,
      ...this.#caller,
      step: ++this.#step,
      text,
      calls,
      finishReason: calls.length > 0 ? 'tool-calls' : 'stop',
    });
    for (const { call, result } of uses) {
      const { callId, tool } = call;
      this.#say({ type: 'tool.called', v: 1, ...this.#caller, ...call });
      this.#say({ type: 'tool.returned', v: 1, ...this.#caller, callId, tool, ...result }, 340);
    }
    this.#calls += calls.length;
  }

  /** A command that is run without a model. */
  run(command: string, output: string): void {
    const call = { callId: 'command', tool: 'shell' };
    this.#say({ type: 'tool.called', v: 1, ...this.#caller, ...call, input: JSON.stringify({ command }) });
    this.#say(
      { type: 'tool.returned', v: 1, ...this.#caller, ...call, output, isError: false, durationMs: 2_310 },
      2_310,
    );
  }

  /** Asks people and waits. */
  ask(text: string, options: QuestionOption[]): void {
    const questionId = this.#recorder.id('qst');
    this.#recorder.do({ type: 'question.ask', caller: this.#caller, questionId, text, options }, 300);
  }

  /** Puts the messages that wait for this agent before its model. */
  read(): void {
    const waiting = [...this.#recorder.world.all('messages')].filter(
      (message) => message.deliveries[this.#caller.agentId]?.state === 'pending',
    );
    if (waiting.length === 0) return;
    const text = waiting.map((message) => `Message: ${preview(message.text)}`).join('\n');
    this.#say({ type: 'turn.told', v: 1, ...this.#caller, text, messageIds: waiting.map((message) => message.id) });
  }

  send(to: { topic: string } | { agentId: Caller['agentId'] }, text: string): void {
    const { projectId, runId, taskId, agentId } = this.#caller;
    const name = this.#recorder.world.get('agents', agentId)?.name ?? '';
    const from = { kind: 'agent' as const, id: agentId, name };
    this.#recorder.do({
      type: 'message.send',
      messageId: this.#recorder.id('msg'),
      projectId,
      runId,
      taskId,
      from,
      to,
      text,
    });
  }

  verifying(): void {
    this.#recorder.do({ type: 'dispatch.phase', caller: this.#caller, phase: 'verifying' }, 200);
  }

  complete(receipt: Receipt, outputs: Record<string, string> = {}): void {
    this.#recorder.do({ type: 'dispatch.prove', caller: this.#caller, outputs, receipt }, 1_800);
    if (receipt.commit)
      this.#recorder.do(
        {
          type: 'dispatch.land',
          caller: this.#caller,
          landed: { ref: branchRef(this.#branch()), commit: receipt.commit },
        },
        160,
      );
  }

  #branch(): string {
    return this.#recorder.world.get('runs', this.#caller.runId)?.branch ?? '';
  }

  fail(code: 'verification_failed' | 'agent_gave_up', message: string): void {
    const remedy = 'Read the output of the failed command in the receipt.';
    this.#recorder.do(
      { type: 'dispatch.fail', caller: this.#caller, failure: { code, message, remedy }, jitter: 0.5 },
      900,
    );
  }

  #say(event: ConversationEvent, passMs = 60): void {
    this.#recorder.do({ type: 'activity.record', caller: this.#caller, events: [event] }, passMs);
  }
}
