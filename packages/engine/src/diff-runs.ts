import { createHash } from 'node:crypto';
import type { RunDiff } from '@fusion-kit/domain/api';
import type { Entry } from '@fusion-kit/domain/entry';
import { FusionError } from '@fusion-kit/domain/errors';
import type { Event, EventType } from '@fusion-kit/domain/event';
import type { RunId } from '@fusion-kit/domain/ids';
import type { Receipt } from '@fusion-kit/domain/receipt';
import type { ReplayOptions } from './replay.ts';
import { RUN_AND_TASK_EVENTS, runEvents } from './run-events.ts';
import { canonicalJson } from './state-hash.ts';

/** What says when and where something was done, but not what. */
const PASSING = new Set<EventType>([
  'task.phase_changed',
  'task.stalled',
  'task.revived',
  'task.progressed',
  'model.called',
  'usage.reported',
]);
const COMPARED = RUN_AND_TASK_EVENTS.filter((type) => !PASSING.has(type));
const ID = /\b(?:prj|agt|wfl|run|tsk|dsp|msg|rsv)_[0-9A-Z]{26}\b/g;

/** An event of a run, but for what differs between any two runs; `order` is its place in its run. */
interface Step {
  seq: number;
  order: number;
  digest: string;
}

/** What happened to one node, or to the run itself under the empty name. `outcome` stands for all of it where a run has it of another one. */
interface Steps {
  all: Step[];
  isInherited: boolean;
  outcome: Step | undefined;
}

/**
 * Where two runs go apart: each node has its events in an order of its own, since nodes run side by side; of the events that the other run does not have at their
 * place the first one of `one` is told. Ids count by the names of their nodes and agents; times, commits and usage do not count. What one of them has of
 * another run is compared by what came out of it.
 * @throws {FusionError} `run_unknown`
 */
export async function diffRuns({ journal, log }: ReplayOptions, one: RunId, other: RunId): Promise<RunDiff> {
  const [ours, theirs] = [await stepsOf(journal, one, log.head), await stepsOf(journal, other, log.head)];
  let first: { step: Step | undefined; opposite: Step | undefined; node: string } | undefined;
  for (const node of new Set([...ours.keys(), ...theirs.keys()])) {
    const apart = firstApart(ours.get(node), theirs.get(node));
    if (apart && isEarlier(apart, first)) first = { ...apart, node };
  }
  const count = [...ours.values()].reduce((sum, { all }) => sum + all.length, 0);
  if (!first) return { same: true, agreeing: count };
  const [ourEntry, theirEntry] = [await entryAt(journal, first.step), await entryAt(journal, first.opposite)];
  return {
    same: false,
    ...(first.node !== '' && { node: first.node }),
    ...(ourEntry && { one: ourEntry }),
    ...(theirEntry && { other: theirEntry }),
    agreeing: first.step?.order ?? count,
  };
}

type Apart = { step: Step | undefined; opposite: Step | undefined };

function firstApart(ours: Steps | undefined, theirs: Steps | undefined): Apart | undefined {
  const byOutcome = (ours?.isInherited ?? false) || (theirs?.isInherited ?? false);
  const [left, right] = [ours, theirs].map((steps) => (byOutcome ? outcomeOf(steps) : (steps?.all ?? [])));
  for (let at = 0; at < Math.max(left!.length, right!.length); at += 1)
    if (left![at]?.digest !== right![at]?.digest) return { step: left![at], opposite: right![at] };
  return undefined;
}

const outcomeOf = (steps: Steps | undefined): Step[] => (steps?.outcome ? [steps.outcome] : []);

/** In the order of the first run; what only the other one has comes after, in its order. */
function isEarlier(apart: Apart, first: Apart | undefined): boolean {
  if (!first) return true;
  if (apart.step && first.step) return apart.step.order < first.step.order;
  if (apart.step || first.step) return apart.step !== undefined;
  return (apart.opposite?.order ?? 0) < (first.opposite?.order ?? 0);
}

async function stepsOf(journal: ReplayOptions['journal'], runId: RunId, to: number): Promise<Map<string, Steps>> {
  const names = new Map<string, string>();
  const steps = new Map<string, Steps>();
  const results = new Map<string, unknown>();
  let order = 0;
  for await (const entries of runEvents(journal, runId, { to, types: COMPARED })) {
    await learnNames(journal, entries, names);
    for (const { seq, event } of entries) {
      const node = 'taskId' in event && event.taskId ? (names.get(event.taskId) ?? event.taskId) : '';
      const own = steps.get(node) ?? { all: [], isInherited: false, outcome: undefined };
      steps.set(node, own);
      const step = { seq, order, digest: digestOf(comparable(event), names) };
      order += 1;
      own.all.push(step);
      if (event.type === 'task.proved') results.set(node, resultOf(event));
      const result = event.type === 'task.completed' && !event.outputs ? results.get(node) : resultOf(event);
      if (result === undefined) continue;
      own.isInherited ||= event.type === 'task.inherited';
      own.outcome = { ...step, digest: digestOf(result, names) };
    }
  }
  if (steps.size === 0) throw new FusionError('run_unknown', `there is no run ${runId}`);
  return steps;
}

/** What came out of a task by an event that ends it or proves its result. */
function resultOf(event: Event): object | undefined {
  switch (event.type) {
    case 'task.completed':
    case 'task.inherited':
    case 'task.proved':
      return { outputs: event.outputs ?? {}, receipt: event.receipt && evidence(event.receipt) };
    case 'task.skipped':
      return { skipped: event.reason };
    case 'task.cancelled':
      return { cancelled: event.reason };
    case 'task.failed':
      return { failed: event.failure.code };
    default:
      return undefined;
  }
}

/** What a receipt says but for commits and times. */
const evidence = ({ kind, files, fileCount, checks }: Receipt): unknown => ({
  kind,
  files,
  fileCount,
  checks: checks.map(({ command, exitCode }) => ({ command, exitCode })),
});

/** An event without what differs between any two runs, but for ids. */
function comparable(event: Event): unknown {
  switch (event.type) {
    case 'run.started': {
      const { name, workflowVersion, inputs, setup, check, hosts, secrets, concurrency, stall } = event.spec;
      return { type: event.type, name, workflowVersion, inputs, setup, check, hosts, secrets, concurrency, stall };
    }
    case 'run.checking':
      return { type: event.type };
    case 'run.completed':
    case 'run.failed': {
      const checks = event.checks.map(({ command, exitCode }) => ({ command, exitCode }));
      return { type: event.type, checks, failed: event.type === 'run.failed' && event.failure.code };
    }
    case 'task.assigned':
    case 'task.started':
      return { type: event.type, agent: event.agentId };
    case 'task.requeued':
      return { type: event.type, reason: event.reason };
    case 'task.proved':
    case 'task.failed':
    case 'task.inherited':
    case 'task.cancelled':
    case 'task.skipped':
      return { type: event.type, ...resultOf(event) };
    case 'task.completed':
      return {
        type: event.type,
        ...(event.outputs && resultOf(event)),
        landed: event.landed !== undefined,
      };
    default:
      return event;
  }
}

const digestOf = (value: unknown, names: ReadonlyMap<string, string>): string =>
  createHash('sha256')
    .update(canonicalJson(value).replace(ID, (id) => names.get(id) ?? id.slice(0, 3)))
    .digest('base64');

/** Names for the ids that these events hold: of tasks from where they were created, of agents from their rows. */
async function learnNames(
  journal: ReplayOptions['journal'],
  entries: readonly Entry[],
  names: Map<string, string>,
): Promise<void> {
  const agents = new Set<string>();
  for (const { event } of entries) {
    if (event.type === 'task.created') names.set(event.taskId, event.spec.node);
    if ('agentId' in event && event.agentId && !names.has(event.agentId)) agents.add(event.agentId);
  }
  if (agents.size === 0) return;
  for (const { id, name } of await journal.find({ table: 'agents', ids: [...agents], limit: agents.size }))
    names.set(id, name);
}

async function entryAt(journal: ReplayOptions['journal'], step: Step | undefined): Promise<RunDiff['one']> {
  const [found] = step ? await journal.readAfter(step.seq - 1, 1) : [];
  if (!found) return undefined;
  const { keyed: _request, ...entry } = found;
  return entry;
}
