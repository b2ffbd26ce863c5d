import { FusionError } from '@fusion-kit/domain/errors';
import type { Delta, Runtime, RuntimeEvent, Turn, TurnResult } from '@fusion-kit/domain/ports/runtime';
import * as z from 'zod';
import {
  deliveredIn,
  finishedIn,
  jsonObject,
  messagesOf,
  openCalls,
  openingOf,
  silentAnswers,
  stepsIn,
  withFreshIds,
  type OpenCall,
} from './conversation.ts';
import { languageModel } from './models.ts';
import { modelStep } from './model-step.ts';
import { NUDGE, OUTCOME_UNKNOWN, systemPrompt, taskPrompt, toldPrompt } from './prompt.ts';
import type { Desk } from './tool.ts';
import { toolHost, type ToolOutcome } from './tool-host/tool-host.ts';
import { TOOLS, toolNamed } from './tools.ts';
import { FINISH, missingOutputs } from './tools/finish.ts';
import { unlessAborted } from './unless-aborted.ts';

/** fusion-kit's own agent: a model, a few tools, and one loop. What was said and done is in the events alone, so any prefix of them can be gone on from. */
export const modelLoop = (): Runtime => ({ id: 'model-loop', needsModel: () => true, run });

async function* run(turn: Turn, signal: AbortSignal): AsyncGenerator<RuntimeEvent | Delta, TurnResult> {
  const endpoint = turn.model;
  if (!endpoint) throw new FusionError('provider_unknown', `agent ${turn.agent.name} has no provider and model`);
  const model = languageModel(endpoint);
  const host = toolHost(turn, signal);
  const history: RuntimeEvent[] = [...turn.history];
  /** Being asked for more means that the event is kept. */
  async function* keep(event: RuntimeEvent): AsyncGenerator<RuntimeEvent, void> {
    yield event;
    signal.throwIfAborted();
    history.push(event);
  }

  try {
    if (!openingOf(history)) yield* keep({ type: 'turn.opened', system: systemPrompt(turn), prompt: taskPrompt(turn) });

    for (;;) {
      for (const call of openCalls(history)) {
        const { callId, tool, input } = call;
        if (!call.begun) yield* keep({ type: 'tool.called', callId, tool, input });
        const startedAt = performance.now();
        const outcome = await unlessAborted(callTool(call, { turn, host }), signal);
        yield* keep({ type: 'tool.returned', callId, tool, ...outcome, durationMs: performance.now() - startedAt });
      }

      if (turn.note !== undefined && !wasTold(history, turn.note)) {
        yield* keep({ type: 'turn.told', text: turn.note, messageIds: [] });
      }
      const result = finishedIn(history) ?? gaveUpTalking(history, turn);
      if (result) return result;

      const step = stepsIn(history) + 1;
      if (step > turn.work.maxSteps)
        throw new FusionError('step_limit', `task ${turn.title} was not finished in ${turn.work.maxSteps} steps`);

      await unlessAborted(turn.gate(), signal);
      if (history.at(-1)?.type === 'step.answered') yield* keep({ type: 'turn.told', text: NUDGE, messageIds: [] });
      const delivered = new Set(deliveredIn(history));
      const messages = (await unlessAborted(turn.takeMessages(), signal)).filter(
        ({ id }) => !delivered.has(id) && delivered.add(id),
      );
      if (messages.length > 0)
        yield* keep({ type: 'turn.told', text: toldPrompt(messages), messageIds: messages.map(({ id }) => id) });

      const system = openingOf(history)?.system ?? systemPrompt(turn);
      const answer = yield* modelStep({ endpoint, model, system, messages: messagesOf(history) }, signal);
      yield* keep({ type: 'step.answered', step, ...answer, calls: withFreshIds(history, answer.calls) });
    }
  } finally {
    await host.close();
  }
}

const wasTold = (history: readonly RuntimeEvent[], note: string): boolean =>
  history.some((event) => event.type === 'turn.told' && event.text === note);

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

const refused = (output: string): ToolOutcome => ({ output, isError: true });

/** A model that talks instead of finishing, even when told to finish: its words are taken for the summary. */
function gaveUpTalking(history: readonly RuntimeEvent[], { work, title }: Turn): TurnResult | undefined {
  if (history.at(-1)?.type === 'turn.told' || silentAnswers(history) < 2) return undefined;
  const missing = missingOutputs(work.outputs, {});
  if (missing.length > 0)
    throw new FusionError(
      'agent_gave_up',
      `task ${title} ended without ${FINISH} and its outputs: ${missing.join(', ')}`,
    );
  const last = history.findLast((event) => event.type === 'step.answered');
  return { summary: last?.text ?? '', outputs: {} };
}
