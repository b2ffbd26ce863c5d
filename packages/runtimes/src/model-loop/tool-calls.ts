import type { RuntimeEvent, Turn } from '@fusion-kit/domain/ports/runtime';
import * as z from 'zod';
import { jsonObject, openCalls, type OpenCall } from './conversation.ts';
import { OUTCOME_UNKNOWN } from './prompt.ts';
import type { Desk } from './tool.ts';
import type { ToolOutcome } from './tool-host/tool-host.ts';
import { TOOLS, toolNamed } from './tools.ts';
import { unlessAborted } from './unless-aborted.ts';

/** Calls that are made side by side, at most. */
const BESIDE_MAX = 8;
/** Characters of a call's arguments that a person is shown who is asked about it. */
const SHOWN_MAX = 2_000;

/** Calls that are to be made next: those at the front that change nothing, side by side, else the first one alone. Pure. */
export function nextCalls(history: readonly RuntimeEvent[]): OpenCall[] {
  const open = openCalls(history);
  const changing = open.findIndex(({ tool }) => toolNamed(tool)?.touches !== 'nothing');
  return open.slice(0, changing === -1 ? BESIDE_MAX : Math.min(Math.max(changing, 1), BESIDE_MAX));
}

/**
 * Makes calls side by side. Their events come in the order of the calls, whichever is done first, so that a conversation reads the same every time.
 * @throws {FusionError} what ends the turn
 */
export async function* makeCalls(
  calls: readonly OpenCall[],
  desk: Desk,
  signal: AbortSignal,
): AsyncGenerator<RuntimeEvent, void> {
  const begun: { call: OpenCall; outcome?: ToolOutcome | undefined }[] = [];
  for (const call of calls) {
    // Before it counts as begun: an interruption while a person is asked leaves nothing unknown.
    const outcome = call.begun ? undefined : await refusedByPermission(call, desk.turn, signal);
    if (!call.begun) yield { type: 'tool.called', callId: call.callId, tool: call.tool, input: call.input };
    begun.push({ call, outcome });
  }
  const made = begun.map(({ call, outcome }) => timed(outcome ?? callTool(call, desk)));
  for (const one of made) one.catch(() => undefined); // whichever is waited for first tells
  for (const [at, { callId, tool }] of calls.entries()) {
    const { outcome, durationMs } = await unlessAborted(made[at]!, signal);
    yield { type: 'tool.returned', callId, tool, ...outcome, durationMs };
  }
}

async function timed(outcome: ToolOutcome | Promise<ToolOutcome>) {
  const startedAt = performance.now();
  return { outcome: await outcome, durationMs: performance.now() - startedAt };
}

/** What the model is told about its call. One that was interrupted is made again only when that does no harm. */
async function callTool({ tool: name, input: text, begun }: OpenCall, desk: Desk): Promise<ToolOutcome> {
  const tool = toolNamed(name);
  if (!tool) return refused(`there is no tool ${name}; there are ${TOOLS.map((one) => one.name).join(', ')}`);
  if (begun && !tool.repeatable) return refused(OUTCOME_UNKNOWN);
  const given = jsonObject(text);
  if (!given) return refused('the arguments are not a JSON object');
  const input = tool.input.safeParse(given);
  if (!input.success) return refused(`the arguments do not fit: ${z.prettifyError(input.error)}`);
  return tool.run(input.data, desk);
}

/** What the model is told where a change of the workspace is not permitted. */
async function refusedByPermission(
  { callId, tool, input }: OpenCall,
  turn: Turn,
  signal: AbortSignal,
): Promise<ToolOutcome | undefined> {
  const { agent } = turn;
  if (toolNamed(tool)?.touches !== 'workspace' || (agent.permissions ?? 'allow') === 'allow') return undefined;
  if (agent.permissions === 'deny') return refused(`${agent.name} is not permitted to use ${tool}`);
  const answer = await unlessAborted(
    turn.ask(
      {
        text: `May ${agent.name} use ${tool}?\n${input.slice(0, SHOWN_MAX)}`,
        options: [
          { id: 'allow', label: 'Allow' },
          { id: 'deny', label: 'Do not allow' },
        ],
        about: { callId, tool },
      },
      signal,
    ),
    signal,
  );
  if (answer.option === 'allow') return undefined;
  return refused(`${answer.by} does not permit it${answer.text === undefined ? '' : `: ${answer.text}`}`);
}

const refused = (output: string): ToolOutcome => ({ output, isError: true });
