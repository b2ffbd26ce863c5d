import { chmodSync, mkdirSync, readFileSync, rmdirSync, statSync, unlinkSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { entryAt } from './entry-at.ts';

/** Changes to a file system that can all be taken back. */
export interface Undoable {
  /** Creates a directory and those it lies in, as far as they are missing. */
  makeDirectory(path: string): void;
  /** Writes a whole file, with the mode that a new one would get. */
  writeFile(path: string, content: Uint8Array): void;
  /** Takes everything back, the latest first: what was created goes, what was overwritten returns. */
  undo(): void;
  /** From here on what was done stays. */
  keep(): void;
}

export function undoable(): Undoable {
  const backwards: (() => void)[] = [];
  return {
    makeDirectory(path) {
      const missing: string[] = [];
      for (let at = path; !entryAt(at); at = dirname(at)) missing.unshift(at);
      for (const directory of missing) {
        mkdirSync(directory);
        backwards.push(() => rmdirSync(directory));
      }
    },
    writeFile(path, content) {
      if (!entryAt(path)) {
        backwards.push(() => unlinkSync(path));
        writeFileSync(path, content);
        return;
      }
      const before = readFileSync(path);
      const { mode } = statSync(path);
      backwards.push(() => {
        writeFileSync(path, before);
        chmodSync(path, mode);
      });
      writeFileSync(path, content);
      chmodSync(path, 0o666 & ~process.umask());
    },
    undo() {
      for (const back of backwards.toReversed()) {
        try {
          back();
        } catch {
          // Somebody else has it in hand (a directory that is no longer empty): then it is theirs.
        }
      }
      backwards.length = 0;
    },
    keep() {
      backwards.length = 0;
    },
  };
}
