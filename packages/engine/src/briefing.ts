import type { Agent } from '@fusion-kit/domain/agent';
import type { Failure } from '@fusion-kit/domain/errors';
import { ConversationEvent, type EventType } from '@fusion-kit/domain/event';
import { shellQuote } from '@fusion-kit/domain/expression/shell-word';
import { fillWith, references } from '@fusion-kit/domain/expression/template';
import type { Values } from '@fusion-kit/domain/expression/values';
import { countsAsAttempt } from '@fusion-kit/domain/failure-policy';
import type { Message } from '@fusion-kit/domain/message';
import type { Blobs } from '@fusion-kit/domain/ports/blobs';
import type { Journal } from '@fusion-kit/domain/ports/journal';
import type { Caller } from '@fusion-kit/domain/ports/upstream';
import type { Question } from '@fusion-kit/domain/question';
import { answeredBefore, letterOf } from '@fusion-kit/domain/questions';
import type { RunnerMessage, StartDispatch } from '@fusion-kit/domain/runner-protocol';
import { meet, type Run } from '@fusion-kit/domain/run';
import type { Task } from '@fusion-kit/domain/task';
import type { World } from '@fusion-kit/domain/world';
import { conflictBefore, FRESH_START } from './fresh-start.ts';
import { filledWork, type NodeWork, templatesOf } from '@fusion-kit/domain/node';
import { wholeText } from '@fusion-kit/domain/kept-text';
import { inputsAt, valuesAt } from './control/values.ts';

const CONVERSATION = ConversationEvent.options.map((option) => option.shape.type.value) as readonly EventType[];
/** Conversation events read back for one task; a longer conversation was compacted long before. */
const HISTORY_MAX = 20_000;

/** Colleagues an agent is told of by name. */
const TEAM_MAX = 20;

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
  const values = await valuesAt(options, { task }, Object.values(templatesOf(task.work)).flatMap(references));
  const conflict = await conflictBefore(journal, task, past.at(-1)?.seq ?? 0);
  const note = noteOf(task, conflict);
  const waiting = [...world.unreadBy(agent.id)].filter((message) => message.deliveries[agent.id]?.state === 'pending');
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
    work: filled(task.work, values),
    inputs: await inputsAt(options, { task }),
    ...colleagues(world, agent, run),
    setup: run.setup,
    ...(run.hosts && { hosts: run.hosts }),
    ...(run.secrets && { secrets: run.secrets }),
    timeoutMs: task.timeoutMs,
    ...(conflict && { fresh: true }),
    ...(note && { note }),
    attempt: task.attempts + 1,
    history,
    messages: await Promise.all([
      ...answeredBefore(task).map((question) => answerLetter(options, question)),
      ...waiting.map((message) => inbound(options, message)),
    ]),
  };
}

/** Work with its expressions filled in: those of a command as one shell word each, all others as they are. */
function filled(work: NodeWork, values: Values): NodeWork {
  const texts = Object.entries(templatesOf(work)).map(([key, text]) => {
    const isScript = work.kind === 'command' && key === 'run';
    return [key, fillWith(text, values, isScript ? shellQuote : (value) => value)];
  });
  return filledWork(work, Object.fromEntries(texts));
}

/** Who an agent may write to: at most `TEAM_MAX`, those of the run before those of the project, each in the order they came. Looks no further than it tells. */
function colleagues(world: World, agent: Agent, run: Run): Pick<StartDispatch, 'team' | 'teamGoesOn'> {
  const ofRun: Agent[] = [];
  const ofProject: Agent[] = [];
  for (const other of world.agentsOf(run.projectId)) {
    if (ofRun.length > TEAM_MAX) break;
    if (other.id === agent.id || !meet(other.runId, run.id)) continue;
    (other.runId === undefined ? ofProject : ofRun).push(other);
  }
  const all = [...ofRun, ...ofProject];
  return {
    team: all.slice(0, TEAM_MAX).map(({ name, capabilities }) => ({ name, capabilities })),
    ...(all.length > TEAM_MAX && { teamGoesOn: true }),
  };
}

/** What an agent has to know of the attempt before; nothing when that was only interrupted. */
function noteOf({ failure, attempts }: Task, conflict: Failure | undefined): string | undefined {
  if (conflict) return `Attempt ${attempts} was not accepted: ${conflict.message}\n${FRESH_START}`;
  if (!failure || attempts === 0 || !countsAsAttempt(failure.code)) return undefined;
  return `Attempt ${attempts} was not accepted: ${failure.message}\n${failure.remedy}`;
}

/** An answer as an agent reads it that was interrupted while it waited: what asks the same again has it as its answer too. */
export async function answerLetter(
  { blobs }: Pick<BriefingOptions, 'blobs'>,
  { id, text, options, answer }: Question,
): Promise<RunnerMessage> {
  const { option, text: words, by = 'a person' } = answer ?? {};
  const label = options.find((each) => each.id === option)?.label ?? option;
  const said = [label, words === undefined ? undefined : await wholeText(blobs, words)].filter(Boolean).join('\n');
  return { id: letterOf(id), from: by, text: `Answer to your question "${await wholeText(blobs, text)}":\n${said}` };
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
