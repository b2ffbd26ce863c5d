import { mkdir, writeFile as write } from 'node:fs/promises';
import { dirname } from 'node:path';
import { hostTool } from '../tool-host/host-tool.ts';
import { codeOf, insideWorkspace, shownPath } from '../tool-host/workspace-path.ts';

export const writeFile = hostTool({
  name: 'write_file',
  description: 'Writes a whole file of the workspace, making its directories and replacing what was there.',
  repeatable: true,
  touches: 'workspace',
  input: (z) =>
    z.object({
      path: z.string().min(1).describe('relative to the workspace'),
      content: z.string().describe('the whole new content'),
    }),
  async run({ path, content }, { workspace }) {
    const real = await insideWorkspace(workspace, path);
    try {
      await mkdir(dirname(real), { recursive: true });
      await write(real, content);
    } catch (thrown) {
      throw codeOf(thrown) === 'EISDIR' ? new Error(`${path} is a directory`) : thrown;
    }
    return `wrote ${Buffer.byteLength(content)} bytes to ${shownPath(workspace, real)}`;
  },
});
