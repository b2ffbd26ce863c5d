import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';

/** Everything of the user's repository but objects and fusion-kit's own branches, as one hash. */
export async function hashOfUserFiles(path: string): Promise<string> {
  const hash = createHash('sha256');
  const files = (await readdir(path, { recursive: true, withFileTypes: true }))
    .filter((file) => file.isFile())
    .map((file) => join(file.parentPath, file.name))
    .filter((file) => !/\/\.git\/(objects|(logs\/)?refs\/heads\/fusion)\//.test(file));
  for (const file of files.toSorted()) hash.update(`${file}\n`).update(await readFile(file));
  return hash.digest('hex');
}
