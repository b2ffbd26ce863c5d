import { appendFileSync, mkdirSync, renameSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';

export const logPath = (dataDir: string): string => join(dataDir, 'server.log');

/** Half of the 10 MB that the log and its predecessor may take together. */
const HALF_BYTES = 5_000_000;

/** Writes lines with their time; a full file is kept once as `server.log.1` and begun again. A disk that takes no more silences it. */
export function logFile(dataDir: string, halfBytes = HALF_BYTES): (line: string) => void {
  const path = logPath(dataDir);
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
  let size = sizeOf(path);
  return (line) => {
    const text = `${new Date().toISOString()} ${line}\n`;
    try {
      if (size + text.length > halfBytes) {
        renameSync(path, `${path}.1`);
        size = 0;
      }
      appendFileSync(path, text, { mode: 0o600 });
      size += Buffer.byteLength(text);
    } catch {
      // The log is a convenience; the journal is what counts, and it reports a full disk itself.
    }
  };
}

const sizeOf = (path: string): number => statSync(path, { throwIfNoEntry: false })?.size ?? 0;
