import type { Block } from './blocks.ts';
import { type Claims, groupLedger } from './claims.ts';
import { groupsOf, isBefore, type Place, placesOf } from './groups.ts';
import type { OrderedPhase } from './order.ts';
import type { OutlinedTask } from './outline.ts';
import type { Oddities } from './warnings.ts';

export interface Join {
  id: string;
  needs: string[];
  /** The phase that it ends; a join without one only keeps the number of edges low, or brings stories together. */
  phase?: OrderedPhase;
}

/** What every task and every join waits for, by ids. */
export interface Edges {
  /** By position in the list. */
  needs: string[][];
  joins: Join[];
}

export interface EdgesRequest {
  blocks: readonly Block[];
  /** Per block, its phases. */
  ordered: readonly OrderedPhase[][];
  /** All positions in an order that no edge speaks against. */
  order: readonly number[];
  tasks: readonly OutlinedTask[];
  /** Ids of the nodes, by position. */
  ids: readonly string[];
  claims: readonly Claims[];
  explicit: readonly number[][];
  mentioned: readonly number[][];
  /** Stories by those that they depend on. */
  stories: ReadonlyMap<string, ReadonlySet<string>>;
}

type Grouped = EdgesRequest & {
  grouped: (OrderedPhase & { groups: number[][] })[][];
  places: Place[];
  needs: Set<string>[];
};

/** Groups that follow each other get a join between them rather than more edges than this. */
const CROSS_MAX = 100;

/** The graph between tasks: barriers between blocks and groups in phases, then paths, then what the texts say. Every edge goes along `order`, but for those of `stories`. */
export function edgesOf(request: EdgesRequest, odd: Oddities): Edges {
  const grouped = request.ordered.map((phases) =>
    phases.map((phase) => ({ ...phase, groups: groupsOf(phase, request.tasks) })),
  );
  const places = placesOf(grouped, request.tasks.length);
  const graph: Grouped = { ...request, grouped, places, needs: request.tasks.map(() => new Set()) };
  const joins = chain(graph);
  serialise(graph, odd);
  heed(graph, odd);
  return { needs: graph.needs.map((own) => [...own]), joins };
}

/** Every group waits for the one before it, the first of a phase for the block before and the stories its own depends on. */
function chain({ blocks, grouped, ids, needs, stories }: Grouped): Join[] {
  const joins: Join[] = [];
  let entry: string[] = [];
  for (const [at, phases] of grouped.entries()) {
    const endOf = new Map(phases.map(({ phase }) => [phase.story, phase.id]));
    for (const ordered of phases) {
      const { phase, groups } = ordered;
      const others = [...(stories.get(phase.story ?? '') ?? [])].flatMap((story) => endOf.get(story) ?? []);
      let before = [...entry, ...others];
      for (const members of groups) {
        if (members.length > 1 && members.length * before.length > CROSS_MAX) {
          const id = `${phase.id}-before-${ids[members[0]!]!}`;
          joins.push({ id, needs: before });
          before = [id];
        }
        for (const position of members) for (const id of before) needs[position]!.add(id);
        before = members.map((position) => ids[position]!);
      }
      joins.push({ id: phase.id, needs: before, phase: ordered });
    }
    const { exit } = blocks[at]!;
    if (phases.length > 1) joins.push({ id: exit, needs: phases.map(({ phase }) => phase.id) });
    entry = [exit];
  }
  return joins;
}

/** Tasks that could run together and name the same wait for each other, in order. */
function serialise(graph: Grouped, odd: Oddities): void {
  const { grouped, tasks, ids, claims, needs } = graph;
  for (const members of grouped.flat().flatMap(({ groups }) => groups)) {
    const ledger = groupLedger();
    for (const position of members) {
      const { id, line } = tasks[position]!;
      for (const [other, path] of ledger.meet(position, claims[position]!)) {
        needs[position]!.add(ids[other]!);
        const message = `${id} says [P] and names ${path}, as ${tasks[other]!.id} does: it waits for that one`;
        odd.add('tasks say [P] and name what another one names', line, message);
      }
    }
  }
  serialiseStories(graph, odd);
}

/** Only for the same file: what two stories do in one directory is left to the merge. */
function serialiseStories({ order, tasks, ids, claims, places, needs }: Grouped, odd: Oddities): void {
  const last = new Map<string, number>();
  for (const position of order) {
    const { id, line } = tasks[position]!;
    const own = places[position]!;
    for (const path of claims[position]!.files) {
      const other = last.get(path);
      last.set(path, position);
      if (other === undefined || places[other]!.block !== own.block || places[other]!.phase === own.phase) continue;
      needs[position]!.add(ids[other]!);
      const message = `${id} names ${path}, as ${tasks[other]!.id} of another story does: it waits for that one`;
      odd.add('tasks name what a task of another story names', line, message);
    }
  }
}

/** `depends on` always, an id in the text when that task comes earlier. */
function heed({ order, tasks, ids, explicit, mentioned, places, needs }: Grouped, odd: Oddities): void {
  const seen = new Uint8Array(tasks.length);
  for (const position of order) {
    const { id, line } = tasks[position]!;
    seen[position] = 1;
    for (const other of explicit[position]!) needs[position]!.add(ids[other]!);
    for (const other of mentioned[position]!) {
      if (seen[other] === 0) {
        const message = `${id} speaks of ${tasks[other]!.id}, which comes later: it does not wait for it`;
        odd.add('tasks speak of later ones', line, message);
      } else if (!isBefore(places[other]!, places[position]!)) needs[position]!.add(ids[other]!);
    }
  }
}
