import { extname } from 'node:path';
import { Worker } from 'node:worker_threads';
import { hostTool } from '../tool-host/host-tool.ts';
import type { SearchOrder } from '../tool-host/search-worker.ts';
import { insideWorkspace } from '../tool-host/workspace-path.ts';

const SEARCH_TIMEOUT_MS = 10_000;
const WORKER = new URL(`../tool-host/search-worker${extname(import.meta.url)}`, import.meta.url);

export const search = hostTool({
  name: 'search',
  description:
    'Searches the text files of the workspace, line by line, for a JavaScript regular expression. Gives path:line: text. .git and node_modules are left out.',
  repeatable: true,
  touches: 'nothing',
  input: (z) =>
    z.object({
      pattern: z.string().min(1).max(1_000).describe('a JavaScript regular expression, without slashes'),
      path: z.string().min(1).optional().describe('a file or directory, relative to the workspace'),
    }),
  async run({ pattern, path = '.' }, { workspace }) {
    const from = await insideWorkspace(workspace, path);
    try {
      RegExp(pattern);
    } catch (thrown) {
      throw new Error(thrown instanceof Error ? thrown.message : String(thrown), { cause: thrown });
    }
    return searched({ pattern, from, workspace });
  },
});

/** In a thread of its own: a catastrophic pattern cannot be interrupted, but its thread can be ended. */
function searched(workerData: SearchOrder): Promise<string> {
  const worker = new Worker(WORKER, { workerData });
  return new Promise<string>((resolve, reject) => {
    const tooLong = () =>
      reject(new Error(`the search took longer than ${SEARCH_TIMEOUT_MS / 1_000} s; use a simpler pattern or a path`));
    const timer = setTimeout(tooLong, SEARCH_TIMEOUT_MS);
    worker.once('message', (found: string) => resolve(found));
    worker.once('error', reject);
    worker.once('exit', () => {
      clearTimeout(timer);
      reject(new Error('the search ended without a result'));
    });
  }).finally(() => worker.terminate());
}
