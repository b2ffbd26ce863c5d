import type { Command } from '@fusion-kit/domain/command';
import { keepText } from '@fusion-kit/domain/kept-text';
import type { MapWork } from '@fusion-kit/domain/nodes/map';
import type { Task, TaskSpec } from '@fusion-kit/domain/task';
import { childSpecs, prefixOf, requireRoom } from './children.ts';
import { brokenBy } from './ended.ts';
import { type Items, itemsOf } from './map-items.ts';
import { resultsOf } from './map-results.ts';
import { keptOutputs } from './outputs.ts';
import { asked } from './asked.ts';
import type { StepOptions } from './step-options.ts';

/** Tasks that one command begins, but for one item that has more. */
const OPENED_AT_ONCE_MAX = 1_000;
/** Longest item that an event holds itself, in characters of JSON. */
const ITEM_MAX = 300;

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
  const outputs = await resultsOf(options, task, work, items);
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
