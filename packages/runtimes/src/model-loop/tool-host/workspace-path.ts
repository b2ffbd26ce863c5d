import { lstat, realpath } from 'node:fs/promises';
import { basename, dirname, join, relative, resolve, sep } from 'node:path';

/**
 * The real absolute path of a file that is, or will be, inside the workspace.
 * Not a security boundary (the cage is): it keeps an honest agent from reaching outside by mistake where there is no cage.
 * @throws when the path leads outside, also by a symbolic link
 */
export async function insideWorkspace(workspace: string, path: string): Promise<string> {
  const real = await realOrFuture(resolve(workspace, path), path);
  if (real !== workspace && !real.startsWith(workspace + sep)) throw new Error(`${path} is outside the workspace`);
  return real;
}

/** How a file of the workspace is named to the model. Pure. */
export const shownPath = (workspace: string, real: string): string => relative(workspace, real) || '.';

/** Follows links as far as the path exists; the rest, still to be made, is appended. */
async function realOrFuture(absolute: string, asked: string): Promise<string> {
  try {
    return await realpath(absolute);
  } catch (thrown) {
    if (codeOf(thrown) !== 'ENOENT') throw thrown;
  }
  // A link to nothing would be written through, to wherever it points.
  if (await isLink(absolute)) throw new Error(`${asked} is a symbolic link to a file that does not exist`);
  return join(await realOrFuture(dirname(absolute), asked), basename(absolute));
}

const isLink = async (path: string): Promise<boolean> => {
  try {
    return (await lstat(path)).isSymbolicLink();
  } catch {
    return false;
  }
};

/** The system's own code of an error: `ENOENT`. */
export const codeOf = (thrown: unknown): string | undefined =>
  thrown instanceof Error && 'code' in thrown ? String(thrown.code) : undefined;
