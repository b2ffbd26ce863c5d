import { readdir } from 'node:fs/promises';
import { basename, join, relative } from 'node:path';

const UUID = '[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}';
/** What a process that was killed while it wrote leaves behind, by paths from the data directory. None of it was ever part of the data. */
const LEFT: readonly RegExp[] = [
  new RegExp(`^archive/\\.unfinished-${UUID}$`),
  /^bridge\/[0-9a-f]{12}\.sock$/,
  new RegExp(`^blobs/(?:../../)?\\.${UUID}$`),
  new RegExp(`^stores/prj_\\w+\\.git\\.${UUID}$`),
  /^stores\/prj_\w+\.git\/(?!objects\/).*\.lock$/,
  /^stores\/prj_\w+\.git\/objects\/(?:.*\/)?tmp_[^/]*$/,
  /^journal\.db\..*\.unfinished$/,
  /^(?:server\.json\.\d+|providers\.json\.new)$/,
];
/** Not looked into: they belong to agents. */
const SKIPPED = new Set(['workspaces', 'checkouts', 'trash', 'demo']);

/** Files and directories that writing processes left in a data directory, as paths from it. Meaningful while no server runs on it. */
export async function leftFiles(root: string): Promise<string[]> {
  const found: string[] = [];
  const look = async (directory: string): Promise<void> => {
    for (const entry of await readdir(directory, { withFileTypes: true })) {
      const path = relative(root, join(directory, entry.name));
      if (LEFT.some((left) => left.test(path))) found.push(path);
      else if (entry.isDirectory() && !SKIPPED.has(path)) await look(join(directory, entry.name));
    }
  };
  await look(root);
  for (const name of await readdir(join(root, 'checkouts')).catch(() => [])) found.push(`checkouts/${basename(name)}`);
  return found.toSorted();
}
