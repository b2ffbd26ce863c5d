import type { RunId } from './ids.ts';

const RECORDED = /^rec:(?<runId>run_\w{26}):(?<provider>.+)$/;

/** The id of the provider that answers from the record of a run what another provider answered then. Pure. */
export const recordedProviderId = (runId: RunId, provider: string): string => `rec:${runId}:${provider}`;

/** Whose record it is and which provider was recorded; undefined for the id of any other provider. Pure. */
export function recordedProvider(id: string): { runId: string; provider: string } | undefined {
  const { runId, provider } = RECORDED.exec(id)?.groups ?? {};
  return runId !== undefined && provider !== undefined ? { runId, provider } : undefined;
}
