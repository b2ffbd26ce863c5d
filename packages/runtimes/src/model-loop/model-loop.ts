import { FusionError } from '@fusion-kit/domain/errors';
import type { Delta, Runtime, RuntimeEvent, Turn, TurnResult } from '@fusion-kit/domain/ports/runtime';
import { attemptIn, deliveredIn, latestAttempt, openingOf, stepsIn, wasTold, withFreshIds } from './conversation.ts';
import { finishedIn, gaveUpTalking, requireProspects } from './ending.ts';
import { messagesOf } from './messages.ts';
import { languageModel } from './models.ts';
import { modelStep } from './model-step.ts';
import { OFFERED } from './offered.ts';
import { ANOTHER_ATTEMPT, NUDGE, REPEATING, systemPrompt, taskPrompt, toldPrompt } from './prompt.ts';
import { repeatsIn, REPEATS_TOLD } from './repeats.ts';
import { shortened } from './shortened.ts';
import { makeCalls, nextCalls } from './tool-calls.ts';
import { toolHost } from './tool-host/tool-host.ts';
import { unlessAborted } from './unless-aborted.ts';

/** fusion-kit's own agent: a model, a few tools, and one loop. What was said and done is in the events alone, so any prefix of them can be gone on from. */
export const modelLoop = (): Runtime => ({
  id: 'model-loop',
  needsModel: () => true,
  async check({ name, program }) {
    if (program === undefined) return;
    throw new FusionError(
      'program_unknown',
      `agent ${name} names program ${program}, and runtime model-loop starts none`,
      {
        remedy: "Leave `runtime` away, or name `acp` or `command`; without a program it is fusion-kit's own agent.",
      },
    );
  },
  run,
});

type Happening = RuntimeEvent | Delta;

async function* run(turn: Turn, signal: AbortSignal): AsyncGenerator<Happening, TurnResult> {
  signal.throwIfAborted();
  const endpoint = turn.model;
  if (!endpoint) throw new FusionError('provider_unknown', `agent ${turn.agent.name} has no provider and model`);
  const model = languageModel(endpoint);
  const host = toolHost(turn, signal);
  const history: RuntimeEvent[] = [...turn.history];
  /** Being asked for more means that an event is kept. */
  async function* keep(happenings: AsyncIterable<Happening> | Iterable<Happening>): AsyncGenerator<Happening, void> {
    for await (const happening of happenings) {
      yield happening;
      signal.throwIfAborted();
      if (happening.type !== 'delta') history.push(happening);
    }
  }

  try {
    if (!openingOf(history))
      yield* keep([{ type: 'turn.opened', system: systemPrompt(turn), prompt: taskPrompt(turn) }]);
    const system = openingOf(history)?.system ?? systemPrompt(turn);

    for (;;) {
      for (let calls; (calls = nextCalls(history)).length > 0;) yield* keep(makeCalls(calls, { turn, host }, signal));

      yield* keep(saidAtStart(history, turn));
      const result = finishedIn(history) ?? gaveUpTalking(history, turn);
      if (result) return result;
      requireProspects(history, turn);

      await unlessAborted(turn.gate(), signal);
      yield* keep(saidBetween(history));
      yield* keep(messagesFor(history, await unlessAborted(turn.takeMessages(), signal)));
      yield* keep(shortened({ endpoint, model, system, history }, signal));

      const question = { endpoint, model, system, messages: messagesOf(history), tools: OFFERED };
      const answer = yield* modelStep(question, signal);
      const calls = withFreshIds(history, answer.calls);
      yield* keep([{ type: 'step.answered', step: stepsIn(history) + 1, ...answer, calls }]);
    }
  } finally {
    await host.close();
  }
}

/** Why the last attempt was not enough, and that another begins. */
function saidAtStart(history: readonly RuntimeEvent[], { note, attempt }: Turn): RuntimeEvent[] {
  const begins = attempt > attemptIn(history);
  if (!begins && (note === undefined || wasTold(history, note))) return [];
  return [{ type: 'turn.told', text: note ?? ANOTHER_ATTEMPT, messageIds: [], ...(begins && { attempt }) }];
}

/** What a model is told that only talks, or does the same again and again. */
function saidBetween(history: readonly RuntimeEvent[]): RuntimeEvent[] {
  if (history.at(-1)?.type === 'step.answered') return [{ type: 'turn.told', text: NUDGE, messageIds: [] }];
  const { count } = repeatsIn(latestAttempt(history));
  const row = history.slice(history.findLastIndex((event) => event.type === 'step.answered'));
  const told = count > REPEATS_TOLD || wasTold(row, REPEATING);
  return count < REPEATS_TOLD || told ? [] : [{ type: 'turn.told', text: REPEATING, messageIds: [] }];
}

/** Messages that the agent has not been told yet. */
function messagesFor(
  history: readonly RuntimeEvent[],
  waiting: Awaited<ReturnType<Turn['takeMessages']>>,
): RuntimeEvent[] {
  const delivered = new Set(deliveredIn(history));
  const messages = waiting.filter(({ id }) => !delivered.has(id) && delivered.add(id));
  if (messages.length === 0) return [];
  return [{ type: 'turn.told', text: toldPrompt(messages), messageIds: messages.map(({ id }) => id) }];
}
