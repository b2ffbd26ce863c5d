import * as z from 'zod';
import { HOST_TOOLS } from './tool-host/host-tools.ts';
import type { HostTool } from './tool-host/host-tool.ts';
import type { Tool } from './tool.ts';
import { askPerson } from './tools/ask-person.ts';
import { finish } from './tools/finish.ts';
import { sendMessage } from './tools/send-message.ts';

const hosted = (one: HostTool): Tool => ({
  name: one.name,
  description: one.description,
  repeatable: one.repeatable,
  touches: one.touches,
  input: one.input(z),
  run: (input, { host }) => host.call(one.name, input),
});

/** Everything a model may call. A new tool is a file in `tools/` and a line: here, or in `HOST_TOOLS` when it works inside the cage. */
export const TOOLS: readonly Tool[] = [...HOST_TOOLS.map(hosted), sendMessage, askPerson, finish];

export const toolNamed = (name: string): Tool | undefined => TOOLS.find((one) => one.name === name);
