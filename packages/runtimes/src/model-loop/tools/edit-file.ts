import { writeFile as write } from 'node:fs/promises';
import { hostTool } from '../tool-host/host-tool.ts';
import { readTextFile } from '../tool-host/text-file.ts';
import { shownPath } from '../tool-host/workspace-path.ts';

export const editFile = hostTool({
  name: 'edit_file',
  description:
    'Replaces one piece of text in a file of the workspace. oldText must be in the file exactly once, with its white space as it is there.',
  repeatable: false,
  touches: 'workspace',
  input: (z) =>
    z.object({
      path: z.string().min(1).describe('relative to the workspace'),
      oldText: z.string().min(1).describe('exactly as in the file; with enough lines around it to be unique'),
      newText: z.string().describe('what is there instead'),
    }),
  async run({ path, oldText, newText }, { workspace }) {
    const { real, text } = await readTextFile(workspace, path);
    const times = text.split(oldText).length - 1;
    if (times === 0)
      throw new Error(`oldText is not in ${path}; read the file again and copy it exactly, with its white space`);
    if (times > 1)
      throw new Error(`oldText is ${times} times in ${path}; add lines around it so that it is there exactly once`);
    const at = text.indexOf(oldText);
    await write(real, text.slice(0, at) + newText + text.slice(at + oldText.length));
    const line = text.slice(0, at).split('\n').length;
    return `edited ${shownPath(workspace, real)} at line ${line}`;
  },
});
