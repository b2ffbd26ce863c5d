import { setImmediate } from 'node:timers/promises';
import { FusionError } from '@fusion-kit/domain/errors';
import { wholeTexts } from '@fusion-kit/domain/kept-text';
import type { MapWork } from '@fusion-kit/domain/nodes/map';
import type { Blobs } from '@fusion-kit/domain/ports/blobs';
import type { Task } from '@fusion-kit/domain/task';
import { roundOf } from './ended.ts';
import type { Items } from './map-items.ts';
import { filledIn } from './outputs.ts';
import type { Round, ValuesOptions } from './values.ts';

/** Longest list of results, in characters: expressions look at no longer text. */
const RESULTS_MAX = 1_000_000;
const BYTES_PER_CHARACTER_MAX = 4;
/** Items after which others get their turn while results are collected. */
const BREATH = 200;

/**
 * What a map gives: `results` and what is declared, as lists in JSON; what failed or was cancelled has null in its place. Results that are too long for anything to look
 * at are left out.
 * @throws {FusionError} `expression_invalid`, `blob_unknown`, `workflow_too_large`
 */
export async function resultsOf(
  options: ValuesOptions,
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
