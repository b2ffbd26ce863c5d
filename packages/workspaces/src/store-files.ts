import { readdir } from 'node:fs/promises';
import { join, relative } from 'node:path';

/** The project stores of a data directory, as paths from it. */
export async function storesIn(root: string): Promise<string[]> {
  const names = await readdir(join(root, 'stores')).catch(() => []); // no project has git
  return names.filter((name) => /^prj_\w+\.git$/.test(name)).map((name) => `stores/${name}`);
}

const isUnfinished = (name: string): boolean => name.endsWith('.lock') || name.startsWith('tmp_');

async function filesBelow(store: string, part: string): Promise<string[]> {
  const found = await readdir(join(store, part), { recursive: true, withFileTypes: true }).catch(() => []);
  return found
    .filter((file) => file.isFile() && !isUnfinished(file.name))
    .map((file) => relative(store, join(file.parentPath, file.name)));
}

/**
 * The files of a project store, as groups. When each group is copied before the next is asked for, the copy is a whole repository although git goes on
 * writing: loose refs come before packed ones, into which they are moved; refs before objects, which are only ever added. A file may be gone when its
 * turn comes.
 */
export async function* storeFiles(store: string): AsyncGenerator<string[]> {
  yield ['HEAD', 'config', ...(await filesBelow(store, 'refs'))];
  yield ['packed-refs'];
  yield ['shallow'];
  const objects = await filesBelow(store, 'objects');
  // The index of a pack is written last; a list that was read meanwhile may hold it and not the pack.
  const packs = objects.filter((file) => file.endsWith('.idx')).map((file) => file.replace(/\.idx$/, '.pack'));
  yield [...new Set([...packs, ...objects])];
}
