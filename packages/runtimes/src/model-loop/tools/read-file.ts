import { bounded } from '../tool-host/bounded-text.ts';
import { hostTool } from '../tool-host/host-tool.ts';
import { readTextFile } from '../tool-host/text-file.ts';

export const readFile = hostTool({
  name: 'read_file',
  description:
    'Reads a text file of the workspace. A long file comes back with its middle cut: read parts of it with offset and limit.',
  repeatable: true,
  touches: 'nothing',
  input: (z) =>
    z.object({
      path: z.string().min(1).describe('relative to the workspace'),
      offset: z.int().min(1).optional().describe('first line, counted from 1'),
      limit: z.int().min(1).optional().describe('how many lines'),
    }),
  async run({ path, offset = 1, limit }, { workspace }) {
    const { text } = await readTextFile(workspace, path);
    if (text === '') return `${path} is empty`;
    if (offset === 1 && limit === undefined) return bounded(text);
    const lines = text.split('\n');
    const part = lines.slice(offset - 1, limit === undefined ? undefined : offset - 1 + limit);
    if (part.length === 0) throw new Error(`${path} has only ${lines.length} lines`);
    return bounded(part.join('\n'));
  },
});
