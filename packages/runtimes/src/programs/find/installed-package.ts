import { access, readFile } from 'node:fs/promises';
import { join, sep } from 'node:path';
import { parsedJson } from '@fusion-kit/domain/parsed-json';
import * as z from 'zod';

const Manifest = z.object({ name: z.string(), version: z.string() });
const MODULES = `${sep}node_modules${sep}`;

/** The npm package that a file belongs to, and the directories it needs to run. */
export interface InstalledPackage {
  version: string;
  readable: string[];
}

/**
 * What npm put there with a file; undefined for a file that is in no package.
 *
 * @param path with all symbolic links followed
 */
export async function installedPackage(path: string): Promise<InstalledPackage | undefined> {
  const at = path.lastIndexOf(MODULES);
  if (at === -1) return undefined;
  const modules = path.slice(0, at + MODULES.length - 1);
  const [first = '', second = ''] = path.slice(at + MODULES.length).split(sep);
  const root = join(modules, first.startsWith('@') ? join(first, second) : first);
  const manifest = Manifest.safeParse(await json(join(root, 'package.json')));
  if (!manifest.success) return undefined;
  // A package that was installed for all users has its dependencies inside; one below a project shares them with its neighbours.
  const outermost = path.slice(0, path.indexOf(MODULES) + MODULES.length - 1);
  const shared = await exists(join(outermost, '.package-lock.json'));
  return { version: manifest.data.version, readable: [shared ? outermost : packageRootIn(path)] };
}

/** The directory of the outermost package: what lies nested in it comes with it. */
function packageRootIn(path: string): string {
  const at = path.indexOf(MODULES) + MODULES.length;
  const [first = '', second = ''] = path.slice(at).split(sep);
  return join(path.slice(0, at), first.startsWith('@') ? join(first, second) : first);
}

const json = async (path: string): Promise<unknown> => parsedJson(await readFile(path, 'utf8').catch(() => ''));
const exists = (path: string): Promise<boolean> =>
  access(path).then(
    () => true,
    () => false,
  );
