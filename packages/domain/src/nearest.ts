/**
 * The candidate that was most likely meant by `word`, for «did you mean». Undefined when none is close: at most a third of the letters may
 * differ (swapped neighbours count once), upper and lower case are the same.
 */
export function nearest(word: string, candidates: Iterable<string>): string | undefined {
  const wanted = word.toLowerCase();
  let bound = Math.max(1, Math.floor(word.length / 3)) + 1;
  let best: string | undefined;
  for (const candidate of candidates) {
    if (Math.abs(candidate.length - word.length) >= bound) continue;
    const edits = editDistance(wanted, candidate.toLowerCase());
    if (edits < bound) {
      bound = edits;
      best = candidate;
    }
    if (edits === 0) break;
  }
  return best;
}

/** ` (did you mean x?)`, or nothing. */
export function didYouMean(word: string, candidates: Iterable<string>): string {
  const meant = nearest(word, candidates);
  return meant === undefined ? '' : ` (did you mean ${meant}?)`;
}

/** Optimal string alignment: insertions, deletions, replacements and swapped neighbours. */
function editDistance(left: string, right: string): number {
  let older: number[] = [];
  let above = Array.from({ length: right.length + 1 }, (_, column) => column);
  for (let row = 1; row <= left.length; row++) {
    const current = [row];
    for (let column = 1; column <= right.length; column++) {
      const same = left[row - 1] === right[column - 1];
      let edits = Math.min(above[column]! + 1, current[column - 1]! + 1, above[column - 1]! + (same ? 0 : 1));
      if (row > 1 && column > 1 && left[row - 1] === right[column - 2] && left[row - 2] === right[column - 1]) {
        edits = Math.min(edits, older[column - 2]! + 1);
      }
      current.push(edits);
    }
    older = above;
    above = current;
  }
  return above[right.length]!;
}
