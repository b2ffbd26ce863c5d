import { stat } from 'node:fs/promises';
import { bounded } from '../tool-host/bounded-text.ts';
import { hostTool } from '../tool-host/host-tool.ts';
import { walk } from '../tool-host/walk.ts';
import { codeOf, insideWorkspace, shownPath } from '../tool-host/workspace-path.ts';

const ENTRIES_MAX = 1_000;
const DEFAULT_DEPTH = 2;

export const listFiles = hostTool({
  name: 'list_files',
  description:
    'Lists files and directories of the workspace. Directories end in /; those below depth, .git and node_modules are named but not opened.',
  repeatable: true,
  touches: 'nothing',
  input: (z) =>
    z.object({
      path: z.string().min(1).optional().describe('relative to the workspace; the workspace itself when absent'),
      depth: z.int().min(1).max(10).optional().describe(`levels of directories, ${DEFAULT_DEPTH} when absent`),
    }),
  async run({ path = '.', depth = DEFAULT_DEPTH }, { workspace }) {
    const directory = await insideWorkspace(workspace, path);
    const about = await stat(directory).catch((thrown: unknown) => {
      throw codeOf(thrown) === 'ENOENT' ? new Error(`${path} does not exist`) : thrown;
    });
    if (!about.isDirectory()) throw new Error(`${path} is a file; use read_file`);
    const lines: string[] = [];
    for await (const { path: found, entry } of walk(directory, depth)) {
      if (lines.length === ENTRIES_MAX) {
        lines.push(`[… more than ${ENTRIES_MAX} entries; list a directory further down …]`);
        break;
      }
      const mark = entry.isDirectory() ? '/' : entry.isSymbolicLink() ? ' (symbolic link)' : '';
      lines.push(shownPath(workspace, found) + mark);
    }
    return lines.length === 0 ? `${path} is empty` : bounded(lines.join('\n'));
  },
});
