import { FusionError } from '@fusion-kit/domain/errors';
import type { RuntimeEvent, Turn, TurnResult } from '@fusion-kit/domain/ports/runtime';
import { jsonObject, latestAttempt, ofType, stepsIn } from './conversation.ts';
import { repeatsIn, REPEATS_MAX } from './repeats.ts';
import { FINISH, Finished, missingOutputs } from './tools/finish.ts';

/** How often a result may be corrected that `finish` refused. */
const CORRECTIONS_MAX = 3;

/** How many answers in a row, up to the last, called no tool. Pure. */
export function silentAnswers(history: readonly RuntimeEvent[]): number {
  const steps = ofType(history, 'step.answered');
  return steps.length - 1 - steps.findLastIndex((step) => step.calls.length > 0);
}

/** The result the last step gave by `finish`, unless something was said to the agent after it. Pure. */
export function finishedIn(history: readonly RuntimeEvent[]): TurnResult | undefined {
  const lately = history.slice(
    history.findLastIndex((event) => event.type === 'step.answered' || event.type === 'turn.told'),
  );
  const done = ofType(lately, 'tool.returned').find((event) => event.tool === FINISH && !event.isError);
  const call = done && ofType(lately, 'tool.called').find((event) => event.callId === done.callId);
  if (!call) return undefined;
  const { summary, outputs = {} } = Finished.parse(jsonObject(call.input));
  return { summary, outputs };
}

/** A model that talks instead of finishing, even when told to finish: its words are taken for the summary. @throws {FusionError} `agent_gave_up` */
export function gaveUpTalking(history: readonly RuntimeEvent[], { work, title }: Turn): TurnResult | undefined {
  if (history.at(-1)?.type === 'turn.told' || silentAnswers(history) < 2) return undefined;
  const missing = missingOutputs(work.outputs, {});
  if (missing.length > 0)
    throw new FusionError(
      'agent_gave_up',
      `task ${title} ended without ${FINISH} and its outputs: ${missing.join(', ')}`,
    );
  return { summary: ofType(history, 'step.answered').at(-1)?.text ?? '', outputs: {} };
}

/** Ends an attempt that leads nowhere. Pure. @throws {FusionError} `step_limit`, `agent_looping`, `output_invalid` */
export function requireProspects(history: readonly RuntimeEvent[], { work, title }: Turn): void {
  const attempt = latestAttempt(history);
  if (stepsIn(attempt) >= work.maxSteps)
    throw new FusionError('step_limit', `task ${title} was not finished in ${work.maxSteps} steps`);
  const { count, tool } = repeatsIn(attempt);
  if (count >= REPEATS_MAX)
    throw new FusionError('agent_looping', `task ${title}: ${tool} was called with the same result ${count + 1} times`);
  const refused = ofType(attempt, 'tool.returned').filter((event) => event.tool === FINISH && event.isError);
  if (refused.length > CORRECTIONS_MAX)
    throw new FusionError(
      'output_invalid',
      `task ${title} was not finished as it should in ${refused.length} tries: ${refused.at(-1)?.output}`,
    );
}
