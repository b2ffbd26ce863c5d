import picomatch from 'picomatch';

/**
 * Whether a path lies in what is named: the path itself, a directory it is in, or a pattern of `*`, `?`, `**`, `{a,b}` and `[abc]`. Names are first taken
 * as they stand, since brackets and parentheses are also found in the names of files.
 */
export function pathMatcher(named: readonly string[]): (path: string) => boolean {
  const plain = named.map((each) => each.replace(/^(\.\/)+/, '').replace(/\/+$/, ''));
  const options = { dot: true, nonegate: true, noextglob: true };
  const patterns = plain.flatMap((each) => [each, `${each}/**`]);
  const matches = picomatch(patterns, options);
  return (path) => plain.some((each) => each === '.' || each === path || path.startsWith(`${each}/`)) || matches(path);
}
