import { lstat, open, readdir, realpath } from 'node:fs/promises';
import { constants } from 'node:fs';
import { join, relative, sep } from 'node:path';
import { looksSecret, secretFreeText } from './secret-free.ts';

/** Most that is taken of a person's own files, in bytes and in number. */
const FILE_MAX = 1_000_000;
const ALL_MAX = 8_000_000;
const FILES_MAX = 500;
const DEPTH_MAX = 8;
/** What is never taken by its name, wherever it lies. */
const NEVER =
  /^(\.git|node_modules|\.env(\..*)?|.*\.(pem|key|p12|pfx)|id_[a-z0-9]+|auth.*\.json|.*credentials.*|\.netrc|\.npmrc)$/i;

export interface OwnFile {
  /** Below the HOME, with slashes. */
  path: string;
  content: Buffer;
}

export interface OwnFiles {
  files: OwnFile[];
  /** What was not taken, and why. */
  leftOut: string[];
}

/**
 * Reads files, and directories whole, of a person's HOME. Links that lead out of it are not followed; what is too much or a credential by its name is left out.
 *
 * @param paths below the HOME; those that are not there are no matter
 */
export async function ownFiles(home: string, paths: readonly string[]): Promise<OwnFiles> {
  const root = await realpath(home);
  const taken: OwnFiles = { files: [], leftOut: [] };
  let room = ALL_MAX;
  const out = (path: string, why: string) => void taken.leftOut.push(`${path} (${why})`);

  async function take(path: string, depth: number): Promise<void> {
    const real = await realpath(join(home, path)).catch(() => undefined);
    if (real === undefined) return;
    const name = path.split('/').at(-1) ?? '';
    if (NEVER.test(name)) return out(path, 'not taken by its name');
    const below = relative(root, real);
    if (below.startsWith(`..${sep}`) || below === '..' || NEVER.test(real.split(sep).at(-1) ?? ''))
      return out(path, 'a link that leads elsewhere');
    const found = await lstat(real);
    if (found.isDirectory()) {
      if (depth >= DEPTH_MAX) return out(path, 'nested too deep');
      for (const inner of (await readdir(real)).toSorted()) await take(`${path}/${inner}`, depth + 1);
      return;
    }
    if (!found.isFile()) return;
    if (found.size > FILE_MAX) return out(path, 'too large');
    if (found.size > room || taken.files.length >= FILES_MAX) return out(path, 'too much in all');
    const content = await contentOf(real, FILE_MAX);
    if (!content) return out(path, 'cannot be read');
    room -= content.length;
    const text = content.toString('utf8');
    if (!looksSecret(text)) return void taken.files.push({ path, content });
    out(path, 'but for what looks like a key');
    taken.files.push({ path, content: Buffer.from(secretFreeText(text)) });
  }
  for (const path of paths) await take(path, 0);
  return taken;
}

/** The whole of a plain file; undefined when it cannot be read or has grown. */
export async function contentOf(path: string, maxBytes: number): Promise<Buffer | undefined> {
  const file = await open(path, constants.O_RDONLY | constants.O_NONBLOCK).catch(() => undefined);
  if (!file) return undefined;
  try {
    const found = await file.stat();
    return found.isFile() && found.size <= maxBytes ? await file.readFile() : undefined;
  } catch {
    return undefined;
  } finally {
    await file.close();
  }
}
