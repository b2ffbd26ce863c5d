import type { Reference } from '@fusion-kit/domain/expression/references';
import type { Json, Values } from '@fusion-kit/domain/expression/values';
import type { TaskId } from '@fusion-kit/domain/ids';
import { wholeTexts } from '@fusion-kit/domain/kept-text';
import type { Blobs } from '@fusion-kit/domain/ports/blobs';
import { isEnded, type Outputs, type Scope, type Task } from '@fusion-kit/domain/task';
import type { Text } from '@fusion-kit/domain/text';
import type { World } from '@fusion-kit/domain/world';

export interface ValuesOptions {
  world: World;
  blobs: Blobs;
}

/** An item or round of a task, with what has run in it. */
export interface Round {
  scope: Scope;
  tasks: readonly Task[];
}

/** Where an expression stands: at a task, or inside it, in the words of one of its items or rounds. */
export interface Place {
  task: Task;
  inside?: Round | undefined;
}

type Near = ReadonlyMap<string, Task>;

/**
 * What these references may find at a place: nodes of the same scope first, then of the scopes around it; inputs of the nearest sub-workflow that has its own, else of
 * the run. Only what is referred to is read.
 * @throws {FusionError} `blob_unknown`
 */
export async function valuesAt(
  options: ValuesOptions,
  place: Place,
  references: readonly Reference[],
): Promise<Values> {
  const { world } = options;
  const run = world.get('runs', place.task.runId);
  const nodes = nodesNear(world, place, new Set(references.flatMap((each) => ('node' in each ? [each.node] : []))));
  const names = new Set(references.flatMap((each) => (each.kind === 'name' ? [each.name] : [])));
  return {
    inputs: await inputsAt(options, place),
    outputs: await outputsOf(options, nodes, references),
    states: Object.fromEntries([...nodes].flatMap(([node, { state }]) => (isEnded(state) ? [[node, state]] : []))),
    names: await namesAt(options, place, names),
    ...(run && { run: { id: run.id, branch: run.branch } }),
  };
}

/** Scopes around a place, the nearest first. */
function scopesAround(world: World, { task, inside }: Place): Scope[] {
  const scopes = inside ? [inside.scope] : [];
  for (let at: Task | undefined = task; at?.scope; at = world.get('tasks', at.scope.parent)) scopes.push(at.scope);
  return scopes;
}

/** The inputs that count at a place. @throws {FusionError} `blob_unknown` */
export async function inputsAt(options: ValuesOptions, place: Place): Promise<Record<string, string>> {
  const own = scopesAround(options.world, place).find((scope) => scope.inputs)?.inputs;
  return own ? wholeTexts(options.blobs, own) : (options.world.get('runs', place.task.runId)?.inputs ?? {});
}

async function namesAt(
  { world, blobs }: ValuesOptions,
  place: Place,
  wanted: ReadonlySet<string>,
): Promise<Record<string, Json>> {
  const texts: Record<string, Text> = {};
  for (const { values } of scopesAround(world, place).toReversed())
    for (const [name, text] of Object.entries(values)) if (wanted.has(name)) texts[name] = text;
  const read = await wholeTexts(blobs, texts);
  return Object.fromEntries(Object.entries(read).map(([name, text]) => [name, JSON.parse(text) as Json]));
}

/** The tasks behind these ids of nodes: of the round itself, then what the task needs, near or far, then what the tasks around it need. */
function nodesNear(world: World, { task, inside }: Place, wanted: Set<string>): Near {
  const found = new Map<string, Task>();
  const take = (each: Task, prefix: string): void => {
    const id = each.node.slice(prefix.length);
    if (wanted.delete(id)) found.set(id, each);
  };
  for (const each of inside?.tasks ?? []) take(each, inside?.scope.prefix ?? '');
  for (let at: Task | undefined = task; at && wanted.size > 0; at = at.scope && world.get('tasks', at.scope.parent)) {
    const prefix = at.scope?.prefix ?? '';
    const seen = new Set<TaskId>();
    for (let near = [at]; wanted.size > 0 && near.length > 0;) {
      near = near
        .flatMap(({ needs }) => needs)
        .flatMap(({ id }) => (seen.has(id) ? [] : (seen.add(id), world.get('tasks', id) ?? [])));
      for (const each of near) take(each, prefix);
    }
  }
  return found;
}

async function outputsOf(
  { blobs }: ValuesOptions,
  nodes: Near,
  references: readonly Reference[],
): Promise<Record<string, Record<string, string>>> {
  const outputs: Record<string, Record<string, string>> = {};
  for (const [node, task] of nodes) {
    const wanted = references.flatMap((each) => (each.kind === 'output' && each.node === node ? [each.name] : []));
    const given: Outputs = task.outputs ?? {};
    const texts = Object.fromEntries(
      wanted.flatMap((name) => (Object.hasOwn(given, name) ? [[name, given[name]!]] : [])),
    );
    outputs[node] = await wholeTexts(blobs, texts);
  }
  return outputs;
}
