import type { NamedPaths } from './named-paths.ts';

/** What a task will probably write. */
export interface Claims {
  /** Files, directories and globs of the project, bare names resolved. */
  files: string[];
  routes: string[];
}

const FILES_MAX = 40;
const FILES_CHARACTERS_MAX = 2_500;

/**
 * The claims of each task: a bare name means the one path of the list that ends with it, else the file of that name wherever it lies.
 */
export function claimsOf(named: readonly NamedPaths[]): Claims[] {
  const byName = new Map<string, string | undefined>();
  for (const path of named.flatMap(({ files }) => files)) {
    const name = path.slice(path.lastIndexOf('/') + 1);
    if (name === '') continue;
    const known = byName.get(name);
    byName.set(name, byName.has(name) && known !== path ? undefined : path);
  }
  const resolved = (name: string): string => byName.get(name) ?? (/[*[\]{}]/.test(name) ? name : `**/${name}`);
  return named.map(({ files, bare, routes }) => ({
    files: within([...new Set([...files, ...bare.map(resolved)])]),
    routes,
  }));
}

/** A node has to fit an event of the log. */
function within(paths: readonly string[]): string[] {
  let characters = 0;
  return paths.slice(0, FILES_MAX).filter((path) => (characters += path.length) <= FILES_CHARACTERS_MAX);
}

/** Finds who named the same before, for tasks that are asked in order and could otherwise run together. */
export interface ClaimLedger {
  /** Those who claimed what this one claims, and what it was; notes this one down. */
  meet(position: number, claims: Claims): Map<number, string>;
}

/** Of one group: the same file, a file in a named directory, the same route. */
export function groupLedger(): ClaimLedger {
  const last = new Map<string, number>();
  const below = new Map<string, number[]>();
  return {
    meet(position, { files, routes }) {
      const met = new Map<number, string>();
      const note = (key: string, said: string) => {
        const other = last.get(key);
        if (other !== undefined) met.set(other, said);
        last.set(key, position);
      };
      for (const path of files) {
        note(path, path);
        const isDirectory = path.endsWith('/');
        if (isDirectory) {
          for (const other of below.get(path) ?? []) if (other !== position) met.set(other, path);
          below.set(path, [position]);
        }
        for (const directory of around(path)) {
          const named = last.get(directory);
          if (named !== undefined && named !== position) met.set(named, directory);
          const inside = below.get(directory);
          if (inside) inside.push(position);
          else below.set(directory, [position]);
        }
      }
      for (const route of routes) note(` ${route}`, route);
      met.delete(position);
      return met;
    },
  };
}

/** The directories around a path, outermost first: `a/`, `a/b/`. */
function around(path: string): string[] {
  const parts = path.split('/').slice(0, path.endsWith('/') ? -2 : -1);
  return parts.map((_, at) => `${parts.slice(0, at + 1).join('/')}/`);
}
