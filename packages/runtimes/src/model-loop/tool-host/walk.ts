import { readdir } from 'node:fs/promises';
import type { Dirent } from 'node:fs';
import { join } from 'node:path';

/** Directories that hold nothing an agent writes by hand and very much to read. */
const NOT_ENTERED: ReadonlySet<string> = new Set(['.git', 'node_modules']);

export interface Walked {
  path: string;
  entry: Dirent;
  /** Directories between this entry and where the walk began, counted from 1. */
  depth: number;
  entered: boolean;
}

/** Everything below a directory, by name, directories before what they hold. Links are named, never followed. */
export async function* walk(directory: string, maxDepth: number, depth = 1): AsyncGenerator<Walked> {
  const entries = await readdir(directory, { withFileTypes: true });
  for (const entry of entries.toSorted((one, other) => (one.name < other.name ? -1 : 1))) {
    const path = join(directory, entry.name);
    const entered = entry.isDirectory() && !NOT_ENTERED.has(entry.name) && depth < maxDepth;
    yield { path, entry, depth, entered };
    if (entered) yield* walk(path, maxDepth, depth + 1);
  }
}
