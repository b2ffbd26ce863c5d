import { asFusionError, failure, FusionError } from '@fusion-kit/domain/errors';
import type { NewId } from '@fusion-kit/domain/ids';
import type { Address } from '@fusion-kit/domain/message';
import { Topic } from '@fusion-kit/domain/agent';
import type { Blobs } from '@fusion-kit/domain/ports/blobs';
import type { Heartbeat, ReportAnswer, RunnerReport } from '@fusion-kit/domain/runner-protocol';
import { askedBefore } from '@fusion-kit/domain/questions';
import { meet } from '@fusion-kit/domain/run';
import type { World } from '@fusion-kit/domain/world';
import type { LiveDelta } from './engine.ts';
import { keepText } from '@fusion-kit/domain/kept-text';
import type { DispatchTokens } from './tokens.ts';
import { taskSight, teamSight } from './sights.ts';
import type { Writer } from './writer.ts';

export interface ReportsOptions {
  world: World;
  writer: Writer;
  tokens: DispatchTokens;
  newId: NewId;
  random: () => number;
  blobs: Blobs;
  tell: (delta: LiveDelta) => void;
  /** Given the signs of life of dispatches that are not over. */
  hear: (beats: readonly Heartbeat[]) => void;
}

const OK: ReportAnswer = { ok: true };

/** Turns a runner's reports into commands. A report of a dispatch counts only with the token of that dispatch. */
export function reportHandler(options: ReportsOptions): (report: RunnerReport) => Promise<ReportAnswer> {
  return async (report) => {
    if (
      'token' in report &&
      !options.tokens.holds(report.caller.dispatchId, report.token) &&
      report.type !== 'budget.settle'
    ) {
      return { ok: false, failure: failure('dispatch_stale', `dispatch ${report.caller.dispatchId} is over`) };
    }
    try {
      return await handle(options, report);
    } catch (thrown) {
      return { ok: false, failure: asFusionError(thrown).toJSON() };
    }
  };
}

async function handle(
  { world, writer, tokens, newId, random, blobs, tell, hear }: ReportsOptions,
  report: RunnerReport,
): Promise<ReportAnswer> {
  switch (report.type) {
    case 'runner.heartbeat':
      hear(report.dispatches.filter(({ caller, token }) => tokens.holds(caller.dispatchId, token)));
      return OK;
    case 'agent.ready':
      await writer.submit({
        type: 'agent.arrive',
        agentId: report.agentId,
        workspace: report.workspace,
        sandbox: report.sandbox,
      });
      return OK;
    case 'agent.failed':
      await writer.submit({ type: 'agent.fail', agentId: report.agentId, failure: report.failure });
      return OK;
    case 'dispatch.started':
      await writer.submit({ type: 'dispatch.start', caller: report.caller });
      return OK;
    case 'dispatch.phase':
      await writer.submit({ type: 'dispatch.phase', caller: report.caller, phase: report.phase });
      return OK;
    case 'dispatch.activity':
      await writer.submit({ type: 'activity.record', caller: report.caller, events: report.events });
      return OK;
    case 'dispatch.delta':
      tell({ agentId: report.caller.agentId, taskId: report.caller.taskId, text: report.text });
      return OK;
    case 'dispatch.proved':
      await writer.submit({
        type: 'dispatch.prove',
        caller: report.caller,
        outputs: report.outputs,
        receipt: report.receipt,
      });
      return OK;
    case 'dispatch.failed': {
      const { caller, receipt } = report;
      await writer.submit({
        type: 'dispatch.fail',
        caller,
        failure: report.failure,
        ...(receipt && { receipt }),
        jitter: random(),
      });
      return OK;
    }
    case 'question.ask': {
      const { type, caller, text, options, about } = report;
      const { dispatchId } = caller;
      const task = world.get('tasks', caller.taskId);
      const questionId = (task && askedBefore(task, { dispatchId, text, options })?.id) ?? newId('qst');
      await writer.submit({ type, caller, questionId, text, options, about });
      return { ok: true, id: questionId };
    }
    case 'question.close':
      await writer.submit({ type: 'question.close', caller: report.caller, questionId: report.questionId });
      return OK;
    case 'message.send': {
      const { projectId, runId, taskId, agentId } = report.caller;
      const name = world.get('agents', agentId)?.name ?? agentId;
      const to = addressOf(world, report);
      const messageId = newId('msg');
      const text = await keepText(blobs, report.text);
      await writer.submit({
        type: 'message.send',
        messageId,
        projectId,
        runId,
        taskId,
        from: { kind: 'agent', id: agentId, name },
        to,
        text,
      });
      return { ok: true, id: messageId };
    }
    case 'dispatch.progress':
      await writer.submit({ type: 'dispatch.progress', caller: report.caller, progress: report.progress });
      return OK;
    case 'task.look': {
      const { caller, task } = report;
      return { ok: true, task: await writer.read(() => taskSight(world, caller, task)) };
    }
    case 'team.look':
      return { ok: true, team: await writer.read(() => teamSight(world, report.caller)) };
    case 'agent.subscribe': {
      const { type, caller, add, remove } = report;
      await writer.submit({ type, caller, add, remove });
      return { ok: true, team: await writer.read(() => teamSight(world, caller)) };
    }
    case 'task.propose': {
      const { type, caller, proposal } = report;
      const proposed = { taskId: newId('tsk'), consentId: newId('tsk') };
      await writer.submit({ type, caller, proposed, proposal });
      const { node } = await writer.read(() => taskSight(world, caller, proposed.taskId));
      const consent = world.get('tasks', proposed.consentId) ? 'asked' : 'given';
      return { ok: true, proposed: { node, consent } };
    }
    case 'budget.reserve': {
      const reservationId = newId('rsv');
      const { type, caller, costUsd } = report;
      await writer.submit({ type, reservationId, caller, tokens: report.tokens, costUsd });
      return { ok: true, id: reservationId };
    }
    case 'budget.settle':
      await writer.submit({
        type: 'budget.settle',
        reservationId: report.reservationId,
        caller: report.caller,
        settlement: report.record,
      });
      return OK;
    case 'run.checked':
      await writer.submit({
        type: 'run.conclude',
        runId: report.runId,
        passed: report.passed,
        checks: report.checks,
        ...(report.failure && { failure: report.failure }),
      });
      return OK;
  }
}

/** An agent writes to a name or to a topic. @throws {FusionError} `agent_unknown` when it is neither */
function addressOf(world: World, { caller, to }: Extract<RunnerReport, { type: 'message.send' }>): Address {
  const colleagues = [...world.agentsOf(caller.projectId)].filter((agent) => meet(agent.runId, caller.runId));
  const named = colleagues.find((agent) => agent.name === to);
  if (named) return { agentId: named.id };
  const topic = Topic.safeParse(to);
  if (topic.success && to.includes('.')) return { topic: topic.data };
  const names = colleagues.map((agent) => agent.name).join(', ');
  throw new FusionError(
    'agent_unknown',
    `there is no agent called ${to}; there are ${names}; a topic has a dot in it, such as status.done`,
  );
}
