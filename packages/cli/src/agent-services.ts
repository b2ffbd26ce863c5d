import { gateway } from '@fusion-kit/gateway/gateway';
import { mcpHandler } from '@fusion-kit/mcp/agents/mcp-handler';
import type { OfferedServices } from '@fusion-kit/runner/bridge/services';

const TOOLS = '/mcp';

/** What the programs of agents reach under one address: tools by MCP, and everything else is a model's. */
export const agentServices =
  (version: string): OfferedServices['serve'] =>
  (clientOf) => {
    const models = gateway({ clientOf });
    const tools = mcpHandler({ clientOf, version });
    return (request, signal) => (new URL(request.url).pathname === TOOLS ? tools(request) : models(request, signal));
  };
