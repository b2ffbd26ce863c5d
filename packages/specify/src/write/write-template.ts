import { existsSync, readFileSync, realpathSync } from 'node:fs';
import { basename, dirname, join, posix, relative, sep } from 'node:path';
import type { Template } from '../source/template.ts';
import { CONSTITUTION, isEdited, namesBeside } from './constitution.ts';
import { entryAt } from './entry-at.ts';
import { mergeSettings } from './merge-settings.ts';
import type { Undoable } from './undoable.ts';

/** What of the user's was not overwritten, and why. */
export interface Kept {
  path: string;
  why: string;
}

/**
 * Puts a template into a directory. Its files replace those of the same name, except an edited constitution (the new one goes beside it),
 * editor settings (merged) and links that lead out of the project.
 *
 * @param target created when it is not there
 */
export function writeTemplate(template: Template, target: string, disk: Undoable): Kept[] {
  const kept: Kept[] = [];
  const existedBefore = new Map<string, boolean>();
  const isNewTop = (path: string) => {
    const top = path.split('/', 1)[0]!;
    if (!existedBefore.has(top)) existedBefore.set(top, existsSync(join(target, top)));
    return !existedBefore.get(top);
  };
  // Empty directories only where everything is new: in the user's they would be noise.
  const directories = template.directories.filter(isNewTop);
  disk.makeDirectory(target);
  for (const path of directories) disk.makeDirectory(join(target, path));
  for (const { path, content } of template.files) {
    const place = join(target, path);
    disk.makeDirectory(dirname(place));
    const decision = decide({ path, content, place, target });
    if (decision.kept !== undefined) kept.push({ path, why: decision.kept });
    if (decision.write) disk.writeFile(decision.write.place, decision.write.content);
  }
  return kept;
}

interface Decision {
  write?: { place: string; content: Uint8Array };
  kept?: string;
}

function decide({
  path,
  content,
  place,
  target,
}: {
  path: string;
  content: Uint8Array;
  place: string;
  target: string;
}): Decision {
  const there = entryAt(place);
  if (!there) return { write: { place, content } };
  if (there.isSymbolicLink() && !leadsInside(place, target)) return { kept: 'it is a link out of the project' };
  if (there.isDirectory()) throw new Error(`${path} is a directory here, and a file in the template`);
  if (posix.basename(path) === 'settings.json' && posix.basename(posix.dirname(path)) === '.vscode') {
    const merged = mergeSettings(readFileSync(place, 'utf8'), Buffer.from(content).toString());
    return 'text' in merged ? { write: { place, content: Buffer.from(merged.text) } } : { kept: merged.keptBecause };
  }
  if (path === CONSTITUTION && isEdited(readFileSync(place), content)) {
    for (const name of namesBeside(place)) {
      const taken = entryAt(name);
      if (taken && !(taken.isFile() && readFileSync(name).equals(content))) continue;
      return {
        kept: `you have edited it; the new one is beside it, ${basename(name)}`,
        write: { place: name, content },
      };
    }
  }
  return { write: { place, content } };
}

function leadsInside(link: string, target: string): boolean {
  try {
    const way = relative(realpathSync(target), realpathSync(link));
    return way !== '..' && !way.startsWith(`..${sep}`);
  } catch {
    return false;
  }
}
