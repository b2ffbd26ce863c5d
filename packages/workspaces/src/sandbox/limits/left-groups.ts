import { createHash } from 'node:crypto';
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { GroupPlace } from './group-places.ts';
import { killBelow, removeGroup } from './group.ts';

/** Names where the groups of a data directory are made, one directory a line: another server of it may be in another group, and look elsewhere. */
const FILE = 'groups';

/** Begins the name of every group of a data directory. */
export const groupMark = (root: string): string =>
  `fusion-kit-${createHash('sha256').update(root).digest('hex').slice(0, 12)}-`;

const directoriesIn = async (root: string): Promise<string[]> =>
  (await readFile(join(root, FILE), 'utf8').catch(() => '')).split('\n').filter(Boolean);

/** Has these places looked through by the next server of the data directory. */
export async function keepPlaces(root: string, places: readonly GroupPlace[]): Promise<void> {
  const known = await directoriesIn(root);
  const more = places.map(({ directory }) => directory).filter((directory) => !known.includes(directory));
  if (more.length > 0) await writeFile(join(root, FILE), `${[...known, ...more].join('\n')}\n`);
}

/** Paths of the control groups that a data directory has. Meaningful while no server runs on it. */
export async function leftGroups(root: string): Promise<string[]> {
  const mark = groupMark(root);
  const found = (await directoriesIn(root)).map(async (directory) => {
    const names = await readdir(directory).catch(() => []); // that place is no more
    return names.filter((name) => name.startsWith(mark)).map((name) => join(directory, name));
  });
  return (await Promise.all(found)).flat();
}

/**
 * Ends what a server that died left in its control groups, and removes them. Called by who holds the data directory, before anything of its own is started.
 * @returns the groups, and whether each is gone
 */
export async function endLeftGroups(root: string): Promise<{ path: string; gone: boolean }[]> {
  return await Promise.all(
    (await leftGroups(root)).map(async (path) => {
      await killBelow(path);
      return { path, gone: await removeGroup(path) };
    }),
  );
}
