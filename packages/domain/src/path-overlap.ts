/** Braces are written out up to this many paths; beyond that each stands for anything. */
const ALTERNATIVES_MAX = 64;

/**
 * Whether two paths may mean the same file. Both may hold `*`, `?`, `**`, `{a,b}` and `[abc]`; a directory means all that is in it, and a name with an
 * extension is no directory. May say yes where the answer is no, for patterns that nobody writes. Pure, and bounded by the product of both lengths.
 */
export function pathsOverlap(one: string, other: string): boolean {
  if (one === other) return true;
  const others = segmentsOf(other);
  return segmentsOf(one).some((left) => others.some((right) => meet(left, right)));
}

/** The segments that a path starts with and that mean themselves. */
export function fixedSegments(path: string): string[] {
  const segments = path.split('/').filter(isNamed);
  const wild = segments.findIndex((segment) => /[*?{[]/.test(segment));
  return wild === -1 ? segments : segments.slice(0, wild);
}

const isNamed = (segment: string): boolean => segment !== '' && segment !== '.';
const segmentsOf = (path: string): string[][] => alternatives(path).map((each) => each.split('/').filter(isNamed));

/** A path with its braces written out. */
function alternatives(path: string): string[] {
  let open = [path];
  for (;;) {
    const next = open.flatMap((each) => {
      const braces = /\{([^{}]*)\}/.exec(each); // the innermost ones first
      if (!braces) return [each];
      const [before, after] = [each.slice(0, braces.index), each.slice(braces.index + braces[0].length)];
      return braces[1]!.split(',').map((choice) => before + choice + after);
    });
    if (next.length > ALTERNATIVES_MAX) return [path.replaceAll(/\{.*\}/gs, '**')];
    if (next.length === open.length && next.every((each, at) => each === open[at])) return next;
    open = next;
  }
}

const HAS_EXTENSION = /\.[A-Za-z0-9]+$/;

/** Whether a path may fit both; where a directory ends, all that lies below it is meant. */
function meet(left: readonly string[], right: readonly string[]): boolean {
  const ends = (path: readonly string[], rest: readonly string[]): boolean =>
    !HAS_EXTENSION.test(path.at(-1) ?? '') || rest.every((segment) => segment === '**');
  return walk(left.length, right.length, (at, to, reach) => {
    if (at === left.length) return ends(left, right.slice(to));
    if (to === right.length) return ends(right, left.slice(at));
    const [one, other] = [left[at]!, right[to]!];
    if (one === '**' || other === '**') return reach(at + 1, to) || reach(at, to + 1) || reach(at + 1, to + 1);
    return segmentsMeet(one, other) && reach(at + 1, to + 1);
  });
}

function segmentsMeet(one: string, other: string): boolean {
  if (one === other || one === '*' || other === '*') return true;
  const [left, right] = [atoms(one), atoms(other)];
  return walk(left.length, right.length, (at, to, reach) => {
    const [mine, theirs] = [left[at], right[to]];
    if (mine === undefined && theirs === undefined) return true;
    if (mine === '*' && (reach(at + 1, to) || (theirs !== undefined && reach(at, to + 1)))) return true;
    if (theirs === '*' && (reach(at, to + 1) || (mine !== undefined && reach(at + 1, to)))) return true;
    if (mine === undefined || theirs === undefined || mine === '*' || theirs === '*') return false;
    return (
      (mine === theirs || mine.length > 1 || theirs.length > 1 || mine === '?' || theirs === '?') &&
      reach(at + 1, to + 1)
    );
  });
}

/** Single characters, `?`, `*` and whole classes in brackets, which may mean any character. */
const atoms = (segment: string): string[] => segment.match(/\[[^\]]+\]|[\s\S]/g) ?? [];

/** Answers a question about two positions that asks itself about later ones, each pair once. */
function walk(
  rows: number,
  columns: number,
  answer: (at: number, to: number, reach: (at: number, to: number) => boolean) => boolean,
): boolean {
  const known = new Uint8Array((rows + 1) * (columns + 1)); // 0 not asked, 1 no, 2 yes
  const reach = (at: number, to: number): boolean => {
    if (at > rows || to > columns) return false;
    const place = at * (columns + 1) + to;
    if (known[place] === 0) {
      known[place] = 1;
      if (answer(at, to, reach)) known[place] = 2;
    }
    return known[place] === 2;
  };
  return reach(0, 0);
}
