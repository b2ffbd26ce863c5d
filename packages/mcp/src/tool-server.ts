import { McpServer } from '@modelcontextprotocol/server';
import { answer, refusal } from './answer.ts';
import type { Tool } from './tool.ts';

export interface ToolServerOptions<Context> {
  /** Told to programs as the server's version. */
  version: string;
  /** What models are told of the tools all together. */
  instructions: string;
  tools: readonly Tool<Context>[];
  /** What the tools stand on. */
  context: Context;
  /** Does the work of a call when its turn has come. @throws {FusionError} when it may not be done */
  readonly within?: (work: () => Promise<unknown>) => Promise<unknown>;
}

/** A server of MCP with these tools and nothing else. What a tool throws is answered as a refusal with its remedy. */
export function toolServer<Context>({
  version,
  instructions,
  tools,
  context,
  within = (work) => work(),
}: ToolServerOptions<Context>): McpServer {
  const server = new McpServer({ name: 'fusion-kit', version }, { instructions, capabilities: { tools: {} } });
  for (const tool of tools) {
    const { name, description, reads, input } = tool;
    const annotations = { readOnlyHint: reads, destructiveHint: false, openWorldHint: false };
    server.registerTool(name, { description, inputSchema: input, annotations }, async (given, { mcpReq }) => {
      try {
        return answer(await within(() => tool.run(given, context, mcpReq.signal)));
      } catch (thrown) {
        return refusal(thrown);
      }
    });
  }
  return server;
}
