import { chmodSync, closeSync, lstatSync, openSync, readdirSync, readSync } from 'node:fs';
import { join } from 'node:path';

const EXECUTABLE_BITS = 0o111;
const READABLE_BITS = 0o444;
const OWNER_EXECUTES = 0o100;

/**
 * Makes a project's shell scripts executable for whoever may read them, as a package does not say so itself.
 * Leaves alone what is a link, has no `#!`, or is executable for anybody already.
 */
export function makeScriptsExecutable(project: string): { updated: number; failed: string[] } {
  const scripts = join(project, '.specify', 'scripts');
  const failed: string[] = [];
  let updated = 0;
  for (const path of shellScripts(scripts)) {
    try {
      const { mode } = lstatSync(path);
      if (mode & EXECUTABLE_BITS || !startsWithHashBang(path)) continue;
      chmodSync(path, (mode & 0o7777) | ((mode & READABLE_BITS) >> 2) | OWNER_EXECUTES);
      updated += 1;
    } catch {
      failed.push(path);
    }
  }
  return { updated, failed };
}

function shellScripts(folder: string): string[] {
  try {
    return readdirSync(folder, { withFileTypes: true, recursive: true })
      .filter((entry) => entry.isFile() && entry.name.endsWith('.sh'))
      .map((entry) => join(entry.parentPath, entry.name));
  } catch {
    return [];
  }
}

function startsWithHashBang(path: string): boolean {
  const file = openSync(path, 'r');
  try {
    const start = Buffer.alloc(2);
    readSync(file, start, 0, 2, 0);
    return start.toString('latin1') === '#!';
  } finally {
    closeSync(file);
  }
}
