import { once } from 'node:events';
import { serveStdio } from '@modelcontextprotocol/server/stdio';
import type { Tool } from '../tool.ts';
import { toolServer } from '../tool-server.ts';
import type { Outside } from './outside.ts';
import { listAgents, spawnAgent } from './tools/agents.ts';
import { branch } from './tools/branch.ts';
import { costs } from './tools/costs.ts';
import { answerInbox, inbox } from './tools/inbox.ts';
import { changeRun, getRun, listRuns } from './tools/runs.ts';
import { startRun } from './tools/start-run.ts';
import { watchRun } from './tools/watch-run.ts';

/** Everything a program outside may call. A new tool is a file in `tools/` and an entry here. */
const OUTSIDE_TOOLS: readonly Tool<Outside>[] = [
  startRun,
  watchRun,
  listRuns,
  getRun,
  changeRun,
  inbox,
  answerInbox,
  branch,
  costs,
  spawnAgent,
  listAgents,
];

const INSTRUCTIONS =
  'fusion-kit runs teams of coding agents on a project. Start a run of a workflow file or tasks.md with fusion_start_run, follow it with fusion_watch_run, put what is in the ' +
  'inbox before the user and answer it with fusion_answer, and tell the user the branch by fusion_branch at the end.';

/**
 * Speaks MCP on this process's standard input and output, to clients of the present protocol and of those before it, until the input ends or the signal
 * aborts. Nothing else may write to standard output meanwhile.
 */
export async function serveOutside(outside: Outside, version: string, signal: AbortSignal): Promise<void> {
  const ended = once(process.stdin, 'end', { signal }).catch(() => undefined);
  const handle = serveStdio(() =>
    toolServer({ version, instructions: INSTRUCTIONS, tools: OUTSIDE_TOOLS, context: outside }),
  );
  await ended;
  await handle.close();
}
