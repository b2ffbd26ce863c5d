import type { Entry } from '@fusion-kit/domain/entry';

/** One settled model call, as the usage chart needs it. */
export interface ModelCall {
  seq: number;
  at: number;
  agentId: string;
  runId: string;
  projectId: string;
  tokens: number;
  costUsd: number;
}

/** The model call that an entry settles. Pure. */
export function modelCall({ seq, at, event }: Entry): ModelCall | undefined {
  if (event.type !== 'model.called') return undefined;
  const { agentId, runId, projectId, inputTokens, outputTokens, costUsd } = event;
  return { seq, at, agentId, runId, projectId, tokens: inputTokens + outputTokens, costUsd: costUsd ?? 0 };
}
