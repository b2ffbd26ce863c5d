import { readFile, stat } from 'node:fs/promises';
import { parentPort, workerData } from 'node:worker_threads';
import { bounded } from './bounded-text.ts';
import { looksBinary } from './text-file.ts';
import { walk } from './walk.ts';
import { codeOf, shownPath } from './workspace-path.ts';

export interface SearchOrder {
  pattern: string;
  /** Real path of a file or directory. */
  from: string;
  workspace: string;
}

const MATCHES_MAX = 200;
const LINE_MAX = 300;
const FILE_MAX_BYTES = 2_000_000;
const DEPTH_MAX = 30;

const { pattern, from, workspace } = workerData as SearchOrder;
const wanted = new RegExp(pattern);
const matches: string[] = [];

for await (const path of filesOf(from)) {
  if (matches.length > MATCHES_MAX) break;
  await searchFile(path);
}
parentPort?.postMessage(report(), []);

async function* filesOf(path: string): AsyncGenerator<string> {
  const about = await stat(path).catch((thrown: unknown) => {
    throw codeOf(thrown) === 'ENOENT' ? new Error(`${shownPath(workspace, path)} does not exist`) : thrown;
  });
  if (!about.isDirectory()) yield path;
  else for await (const found of walk(path, DEPTH_MAX)) if (found.entry.isFile()) yield found.path;
}

async function searchFile(path: string): Promise<void> {
  if ((await stat(path)).size > FILE_MAX_BYTES) return;
  const bytes = await readFile(path);
  if (looksBinary(bytes)) return;
  for (const [at, line] of bytes.toString('utf8').split('\n').entries())
    if (matches.length <= MATCHES_MAX && wanted.test(line))
      matches.push(`${shownPath(workspace, path)}:${at + 1}: ${line.slice(0, LINE_MAX)}`);
}

function report(): string {
  if (matches.length === 0) return 'nothing found';
  const shown = matches.slice(0, MATCHES_MAX).join('\n');
  return bounded(matches.length > MATCHES_MAX ? `${shown}\n[… more than ${MATCHES_MAX} lines match …]` : shown);
}
