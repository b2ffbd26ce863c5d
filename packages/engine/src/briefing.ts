import { ConversationEvent, type EventType } from '@fusion-kit/domain/event';
import { fill } from '@fusion-kit/domain/expression';
import type { Message } from '@fusion-kit/domain/message';
import type { Blobs } from '@fusion-kit/domain/ports/blobs';
import type { Journal } from '@fusion-kit/domain/ports/journal';
import type { Caller } from '@fusion-kit/domain/ports/upstream';
import type { RunnerMessage, StartDispatch } from '@fusion-kit/domain/runner-protocol';
import type { Task } from '@fusion-kit/domain/task';
import type { World } from '@fusion-kit/domain/world';
import { type NodeWork, templatesOf } from '@fusion-kit/domain/node';
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
  const note =
    again && task.failure
      ? `The last attempt was not accepted: ${task.failure.message}\n${task.failure.remedy}`
      : undefined;
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
    title: task.title,
    work: filled(task.work, (text) => fill(text, values)),
    inputs: run.inputs,
    team: [...world.agentsOf(project.id)]
      .filter((other) => other.id !== agent.id && (other.runId === undefined || other.runId === run.id))
      .map(({ name, capabilities }) => ({ name, capabilities })),
    setup: run.setup,
    timeoutMs: task.timeoutMs,
    ...(note && { note }),
    history,
    messages: await Promise.all(waiting.map((message) => inbound(options, message))),
  };
}

const filled = (work: NodeWork, fillIn: (text: string) => string): NodeWork => ({
  ...work,
  ...Object.fromEntries(Object.entries(templatesOf(work)).map(([key, text]) => [key, fillIn(text)])),
});

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

/** Outputs of the tasks that this one needs, and of those that they need, by node. */
async function neededOutputs(
  { world, blobs }: BriefingOptions,
  task: Task,
): Promise<Record<string, Record<string, string>>> {
  const outputs: Record<string, Record<string, string>> = {};
  const seen = new Set<string>();
  const queue = task.needs.map((need) => need.id);
  for (let id = queue.pop(); id; id = queue.pop()) {
    if (seen.has(id)) continue;
    seen.add(id);
    const needed = world.get('tasks', id);
    if (!needed) continue;
    queue.push(...needed.needs.map((need) => need.id));
    const texts = Object.entries(needed.outputs ?? {}).map(
      async ([name, text]) => [name, await wholeText(blobs, text)] as const,
    );
    outputs[needed.node] = Object.fromEntries(await Promise.all(texts));
  }
  return outputs;
}
