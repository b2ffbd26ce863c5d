import type { Indexed } from './graph-index.ts';

export interface Labels {
  /** Whether one needs the other, where that is known without walking. */
  isAbove(from: number, target: number): boolean | undefined;
}

/** What two walks say, one from the first needs to the last, one the other way round. */
export function labelled(graph: Indexed): Labels {
  const [one, other] = [walked(graph.needs), walked(graph.needs.map((needs) => needs.toReversed()))];
  return { isAbove: (from, target) => one.isAbove(from, target) ?? other.isAbove(from, target) };
}

/**
 * Two intervals for every node, from one walk along the needs. The first covers what the walk reached through the node for the first time: what
 * lies in it is needed. The second covers the ranks of all that the node needs, and more: what lies outside is not needed (Yıldırım et al., GRAIL, 2010).
 */
function walked(needs: readonly number[][]): Labels {
  const size = needs.length;
  const first = new Int32Array(size).fill(-1); // in the order of arriving
  const last = new Int32Array(size); // the latest arrival below it
  const rank = new Int32Array(size).fill(-1); // in the order of leaving
  const lowest = new Int32Array(size);
  const next = new Uint32Array(size);
  let arrivals = 0;
  let leavings = 0;
  let hasCycle = false;
  for (let start = 0; start < size; start++) {
    const path = first[start] === -1 ? [start] : [];
    while (path.length > 0) {
      const at = path.at(-1)!;
      if (first[at] === -1) {
        first[at] = arrivals++;
        lowest[at] = size;
      }
      const need = needs[at]![next[at]!++];
      if (need === undefined) {
        last[at] = arrivals - 1;
        rank[at] = leavings++;
        lowest[at] = Math.min(lowest[at]!, rank[at]);
        path.pop();
        const around = path.at(-1);
        if (around !== undefined) lowest[around] = Math.min(lowest[around]!, lowest[at]);
      } else if (first[need] === -1) path.push(need);
      else if (rank[need] === -1) hasCycle = true;
      else lowest[at] = Math.min(lowest[at]!, lowest[need]!);
    }
  }
  return {
    isAbove(from, target) {
      if (from !== target && first[from]! <= first[target]! && first[target]! <= last[from]!) return true;
      if (hasCycle) return undefined;
      return rank[target]! < rank[from]! && lowest[from]! <= lowest[target]! ? undefined : false;
    },
  };
}
