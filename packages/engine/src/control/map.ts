import { setImmediate } from 'node:timers/promises';
import type { Command } from '@fusion-kit/domain/command';
import { FusionError } from '@fusion-kit/domain/errors';
import { keepText, wholeTexts } from '@fusion-kit/domain/kept-text';
import type { MapWork } from '@fusion-kit/domain/nodes/map';
import type { Blobs } from '@fusion-kit/domain/ports/blobs';
import type { Task, TaskSpec } from '@fusion-kit/domain/task';
import { childSpecs, prefixOf, requireRoom } from './children.ts';
import { brokenBy, roundOf } from './ended.ts';
import { type Items, itemsOf } from './map-items.ts';
import { filledIn, keptOutputs } from './outputs.ts';
import { asked } from './asked.ts';
import type { StepOptions } from './step-options.ts';
import type { Round } from './values.ts';

/** Tasks that one command begins, but for one item that has more. */
const OPENED_AT_ONCE_MAX = 1_000;
/** Longest item that an event holds itself, in characters of JSON. */
const ITEM_MAX = 300;
/** Longest list of results, in characters: expressions look at no longer text. */
const RESULTS_MAX = 1_000_000;
const BYTES_PER_CHARACTER_MAX = 4;
/** Items after which others get their turn while results are collected. */
const BREATH = 200;

/**
 * Begins items while there is room for more at a time, and ends when all have ended. After an item has failed or was cancelled no more are begun, unless the map is tolerant.
 * @throws {FusionError} `expression_invalid`, `blob_unknown`, `workflow_too_large`
 */
export async function mapStep(options: StepOptions, task: Task, work: MapWork): Promise<Command | undefined> {
  const { world, items: maps } = options;
  const items = await maps.of(world, task, async () => itemsOf(await asked(options, { task }, work.over), task.node));
  const begun = task.spread?.opened ?? 0;
  const goesOn = begun < items.list.length && (work.tolerant || items.broken.size === 0);
  if (goesOn) return items.open.size < work.width ? moreItems(options, task, work, items) : undefined;
  if (items.open.size > 0) return undefined;
  maps.forget(task.id);
  if (items.broken.size > 0 && !work.tolerant) return brokenBy(task, [...items.broken.values()]);
  const outputs = await results(options, task, work, items);
  return { type: 'control.close', taskId: task.id, outputs: await keptOutputs(options.blobs, outputs) };
}

async function moreItems(
  { world, blobs, bodies, newId }: StepOptions,
  task: Task,
  { width }: MapWork,
  { list, open }: Items,
): Promise<Command | undefined> {
  const run = world.get('runs', task.runId);
  if (run?.state !== 'running') return undefined; // begun when the run goes on
  const body = await bodies.of(run, task.node);
  const after = task.spread?.opened ?? 0;
  const atOnce = Math.max(1, Math.floor(OPENED_AT_ONCE_MAX / body.length));
  const opened = after + Math.min(width - open.size, list.length - after, atOnce);
  requireRoom(world, task, (opened - after) * body.length);
  const children: TaskSpec[] = [];
  for (let index = after + 1; index <= opened; index += 1) {
    const item = await keepText(blobs, JSON.stringify(list[index - 1]), ITEM_MAX);
    const values = { item, index: String(index) };
    const scope = { parent: task.id, index, prefix: prefixOf(task, index), values };
    children.push(...childSpecs(task, body, scope, newId));
  }
  return { type: 'control.open', taskId: task.id, after, opened, of: list.length, children };
}

/** `results` and what is declared, as lists in JSON; what failed or was cancelled has null in its place. Results that are too long for anything to look at are left out. */
async function results(
  options: StepOptions,
  task: Task,
  work: MapWork,
  { list, broken }: Items,
): Promise<Record<string, string>> {
  const given = new Results('results');
  const declared = Object.keys(work.outputs).map((name) => new Results(name));
  for (let index = 1; index <= list.length; index += 1) {
    if (index % BREATH === 0) await setImmediate();
    const round = broken.has(index) ? undefined : roundOf(options.world, task, index);
    if (round && bytesIn(round) > given.room * BYTES_PER_CHARACTER_MAX) given.isTooLong = true;
    if (!given.isTooLong) given.add(round ? await outputsIn(options.blobs, round) : null);
    const filled = round && (await filledIn(options, task, round, work.outputs));
    for (const each of declared) each.add(filled?.[each.name] ?? null);
  }
  const long = declared.find((each) => each.isTooLong);
  if (long)
    throw new FusionError(
      'workflow_too_large',
      `output ${long.name} of ${task.node} is longer than the ${RESULTS_MAX} characters that expressions look at`,
    );
  return Object.fromEntries([given, ...declared].flatMap((each) => (each.isTooLong ? [] : [[each.name, each.json]])));
}

/** A list in JSON that stops growing when it is too long. */
class Results {
  readonly name: string;
  isTooLong = false;
  room = RESULTS_MAX;
  readonly #texts: string[] = [];

  constructor(name: string) {
    this.name = name;
  }

  add(value: unknown): void {
    if (this.isTooLong) return;
    const text = JSON.stringify(value);
    this.#texts.push(text);
    this.room -= text.length + 1;
    this.isTooLong = this.room < 1;
  }

  get json(): string {
    return `[${this.#texts.join(',')}]`;
  }
}

const completedIn = ({ tasks }: Round): Task[] => tasks.filter(({ state }) => state === 'completed');

/** How much there would be to read of what an item gave. */
const bytesIn = (round: Round): number =>
  completedIn(round)
    .flatMap(({ outputs = {} }) => Object.values(outputs))
    .reduce((sum, text) => sum + (typeof text === 'string' ? text.length : text.size), 0);

/** What the nodes of an item gave, by node. */
async function outputsIn(blobs: Blobs, round: Round): Promise<Record<string, Record<string, string>>> {
  const read: Record<string, Record<string, string>> = {};
  for (const { node, outputs = {} } of completedIn(round))
    read[node.slice(round.scope.prefix.length)] = await wholeTexts(blobs, outputs);
  return read;
}
