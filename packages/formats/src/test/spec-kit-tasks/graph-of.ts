import type { WorkflowDefinition } from '@fusion-kit/domain/workflow';

/** The graph of a list as its tasks see it: joins, which take no time, do not count as levels. */
export function graphOf({ nodes }: WorkflowDefinition) {
  const byId = new Map(nodes.map((node) => [node.id, node]));
  const levelOf = new Map<string, number>();
  const level = (id: string): number => {
    const known = levelOf.get(id);
    if (known !== undefined) return known;
    const { needs, work } = byId.get(id)!;
    const own = needs.reduce((most, need) => Math.max(most, level(need.id)), 0) + (work.kind === 'agent' ? 1 : 0);
    levelOf.set(id, own);
    return own;
  };
  const agents = nodes.filter(({ work }) => work.kind === 'agent');
  const widths = new Map<number, number>();
  for (const { id } of agents) widths.set(level(id), (widths.get(level(id)) ?? 0) + 1);
  return {
    tasks: agents.length,
    joins: nodes.length - agents.length,
    levels: Math.max(0, ...widths.keys()),
    widest: Math.max(0, ...widths.values()),
    /** Whether `first` has ended before `id` begins. */
    precedes: (id: string, first: string) => {
      const reached = new Set([id]);
      for (const one of reached) for (const need of byId.get(one)!.needs) reached.add(need.id);
      return id !== first && reached.has(first);
    },
    needsOf: (id: string) => byId.get(id)!.needs.map((need) => need.id),
    workOf: (id: string) => byId.get(id)!.work,
  };
}
