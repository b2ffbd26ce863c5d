import type { AgentDesk } from '@fusion-kit/domain/ports/agent-desk';
import { toolOf } from '../tool.ts';

/** A tool of an agent at work. */
export const agentTool = toolOf<AgentDesk>();
