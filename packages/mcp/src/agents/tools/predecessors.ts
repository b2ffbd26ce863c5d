import * as z from 'zod';
import { agentTool } from '../agent-tool.ts';

/** Outputs that are read at once, and the characters that each is shown with. */
const OUTPUTS_MAX = 40;
const SHOWN_MAX = 4_000;

export const predecessors = agentTool({
  name: 'fusion_predecessors',
  description:
    'Shows the tasks that yours needs, with what they gave. Of a long output the beginning is shown; read the rest with fusion_read_output.',
  reads: true,
  input: z.object({}),
  async run(_input, { work }) {
    const { needs, needsCount } = await work.look();
    let room = OUTPUTS_MAX;
    const shown = needs.map(async ({ id, node, title, state, outputs: names }) => {
      const read = names.slice(0, room);
      room -= read.length;
      const outputs = await Promise.all(read.map(async (name) => [name, await beginning(id, name)] as const));
      return {
        id,
        node,
        title,
        state,
        outputs: Object.fromEntries(outputs),
        ...(names.length > read.length && { unread: names.slice(read.length) }),
      };
    });
    return { needs: await Promise.all(shown), ...(needsCount > needs.length && { needsCount }) };

    async function beginning(id: string, name: string): Promise<string> {
      const { text, length } = await work.output(id, name, 0);
      return length > SHOWN_MAX ? `${text.slice(0, SHOWN_MAX)} … (${length} characters)` : text;
    }
  },
});
