import { Agent, AgentSpec } from '@fusion-kit/domain/agent';
import { page } from '@fusion-kit/domain/api';
import * as z from 'zod';
import { outsideTool } from '../outside.ts';
import { costSight } from '../run-sight.ts';

const agentLine = ({ id, name, state, runtime, program, provider, model, capabilities, failure, usage }: Agent) => ({
  agent: id,
  name,
  state,
  runtime,
  program,
  provider,
  model,
  capabilities,
  ...(failure && { failure: `${failure.message}; ${failure.remedy}` }),
  cost: costSight(usage),
});

export const spawnAgent = outsideTool({
  name: 'fusion_spawn_agent',
  description:
    "Makes an agent for a project, which takes any task that fits its capabilities. A workflow's own team need not be made by hand.",
  reads: false,
  input: z.object({
    directory: z.string().min(1).max(4_096).describe('absolute path of the project'),
    name: AgentSpec.shape.name,
    runtime: z.string().max(64).optional().describe('model-loop (default), acp or command'),
    program: AgentSpec.shape.program.describe('for acp and command: claude, codex, gemini …'),
    provider: AgentSpec.shape.provider,
    model: AgentSpec.shape.model,
    capabilities: AgentSpec.shape.capabilities.default([]),
    instructions: AgentSpec.shape.instructions,
  }),
  async run({ directory, ...spec }, outside) {
    const api = await outside.api();
    const project = await outside.projectAt(directory);
    return agentLine(await api.post('/agents', Agent, { project: project.id, ...spec }));
  },
});

export const listAgents = outsideTool({
  name: 'fusion_list_agents',
  description: 'Lists the agents that are alive, with what each has used.',
  reads: true,
  input: z.object({ limit: z.int().min(1).max(200).default(100) }),
  async run({ limit }, outside) {
    const api = await outside.api();
    const { items } = await api.get('/agents', page(Agent), { query: { limit } });
    return items.filter(({ state }) => state !== 'terminated').map(agentLine);
  },
});
