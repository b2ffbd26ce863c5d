import type { Failure } from '@fusion-kit/domain/errors';
import { ConversationEvent, type EventType } from '@fusion-kit/domain/event';
import { fill, references } from '@fusion-kit/domain/expression/template';
import type { TaskId } from '@fusion-kit/domain/ids';
import { countsAsAttempt } from '@fusion-kit/domain/failure-policy';
import type { Message } from '@fusion-kit/domain/message';
import type { Blobs } from '@fusion-kit/domain/ports/blobs';
import type { Journal } from '@fusion-kit/domain/ports/journal';
import type { Caller } from '@fusion-kit/domain/ports/upstream';
import type { RunnerMessage, StartDispatch } from '@fusion-kit/domain/runner-protocol';
import type { Task } from '@fusion-kit/domain/task';
import type { World } from '@fusion-kit/domain/world';
import { conflictBefore, FRESH_START } from './fresh-start.ts';
import { filledWork, type NodeWork, templatesOf } from '@fusion-kit/domain/node';
import { wholeText } from '@fusion-kit/domain/kept-text';

const CONVERSATION = ConversationEvent.options.map((option) => option.shape.type.value) as readonly EventType[];
/** Conversation events read back for one task; a longer conversation was compacted long before. */
const HISTORY_MAX = 20_000;

export interface BriefingOptions {
  world: World;
  journal: Journal;
  blobs: Blobs;
}

/** All that a runner needs for a dispatch that has just been decided; undefined when it is already over. @throws {FusionError} `expression_invalid` */
export async function brief(
  options: BriefingOptions,
  caller: Caller,
  token: string,
): Promise<StartDispatch | undefined> {
  const { world, journal } = options;
  const task = world.get('tasks', caller.taskId);
  const run = world.get('runs', caller.runId);
  const agent = world.get('agents', caller.agentId);
  const project = world.get('projects', caller.projectId);
  if (!task || !run || !agent || !project || task.dispatch?.id !== caller.dispatchId) return undefined;
  const again = task.fence > 1;
  const past = again
    ? await journal.readAfter(0, HISTORY_MAX, { taskId: task.id, agentId: agent.id, types: CONVERSATION })
    : [];
  const history = past.map((entry) => entry.event as ConversationEvent);
  const values = { inputs: run.inputs, outputs: await neededOutputs(options, task) };
  const conflict = await conflictBefore(journal, task, past.at(-1)?.seq ?? 0);
  const note = noteOf(task, conflict);
  const waiting = [...world.all('messages')].filter((message) => message.deliveries[agent.id]?.state === 'pending');
  return {
    type: 'dispatch.start',
    caller,
    fence: task.fence,
    token,
    agent,
    paused: agent.state === 'paused',
    project: { id: project.id, path: project.path, kind: project.kind },
    ...(run.head && { base: run.head }),
    ...(run.base && { runBase: run.base }),
    title: task.title,
    work: filled(task.work, (text) => fill(text, values)),
    inputs: run.inputs,
    team: [...world.agentsOf(project.id)]
      .filter((other) => other.id !== agent.id && (other.runId === undefined || other.runId === run.id))
      .map(({ name, capabilities }) => ({ name, capabilities })),
    setup: run.setup,
    timeoutMs: task.timeoutMs,
    ...(conflict && { fresh: true }),
    ...(note && { note }),
    history,
    messages: await Promise.all(waiting.map((message) => inbound(options, message))),
  };
}

const filled = (work: NodeWork, fillIn: (text: string) => string): NodeWork =>
  filledWork(work, Object.fromEntries(Object.entries(templatesOf(work)).map(([key, text]) => [key, fillIn(text)])));

/** What an agent has to know of the attempt before; nothing when that was only interrupted. */
function noteOf({ failure, attempts }: Task, conflict: Failure | undefined): string | undefined {
  if (conflict) return `Attempt ${attempts} was not accepted: ${conflict.message}\n${FRESH_START}`;
  if (!failure || attempts === 0 || !countsAsAttempt(failure.code)) return undefined;
  return `Attempt ${attempts} was not accepted: ${failure.message}\n${failure.remedy}`;
}

/** A message as an agent reads it. */
export async function inbound({ blobs }: Pick<BriefingOptions, 'blobs'>, message: Message): Promise<RunnerMessage> {
  const from = message.from.kind === 'system' ? 'fusion-kit' : message.from.name;
  return {
    id: message.id,
    from,
    ...('topic' in message.to && { topic: message.to.topic }),
    text: await wholeText(blobs, message.text),
  };
}

/** Outputs that the task's templates speak of, by node: of the tasks it needs, near or far. */
async function neededOutputs(
  { world, blobs }: BriefingOptions,
  task: Task,
): Promise<Record<string, Record<string, string>>> {
  const spoken = Object.values(templatesOf(task.work)).flatMap(references);
  const wanted = new Set(spoken.flatMap((part) => (part.kind === 'output' ? [part.node] : [])));
  const outputs: Record<string, Record<string, string>> = {};
  const seen = new Set<TaskId>();
  let near = task.needs;
  while (wanted.size > 0 && near.length > 0) {
    const needed = near.flatMap((need) => world.get('tasks', need.id) ?? []).filter((each) => !seen.has(each.id));
    for (const each of needed) {
      seen.add(each.id);
      if (!wanted.delete(each.node)) continue;
      const texts = Object.entries(each.outputs ?? {}).map(
        async ([name, text]) => [name, await wholeText(blobs, text)] as const,
      );
      outputs[each.node] = Object.fromEntries(await Promise.all(texts));
    }
    near = needed.flatMap((each) => each.needs);
  }
  return outputs;
}
