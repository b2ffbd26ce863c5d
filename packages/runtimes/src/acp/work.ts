import { FusionError } from '@fusion-kit/domain/errors';
import { cutText } from '@fusion-kit/domain/kept-text';
import type { Delta, InboundMessage, RuntimeEvent, Turn, TurnResult } from '@fusion-kit/domain/ports/runtime';
import { toldPrompt } from '../model-loop/prompt.ts';
import { unlessAborted } from '../model-loop/unless-aborted.ts';
import type { LaunchedProgram } from '../programs/launched.ts';
import { Channel } from './channel.ts';
import { claimOf } from './claim.ts';
import { deliveredIn, latestAttempt, openingOf, stepsIn } from '../model-loop/conversation.ts';
import { goingOn, sessionIn } from './conversation.ts';
import type { ProgramProcess } from './program-process.ts';
import {
  accountOf,
  GO_ON,
  houseRules,
  INTERRUPTED,
  paragraphs,
  repairPrompt,
  taskPrompt,
  wordsToldPrompt,
} from './prompts.ts';
import { Scribe } from './scribe.ts';
import { openSession, type Session } from './session.ts';
import { talk, type TalkEnd } from './talk.ts';
import { tokensOf } from './usage.ts';

/** How often a program that stopped short is spoken to again: for what it left out, and where it was cut off. */
const REPAIRS_MAX = 1;
const CUTS_MAX = 5;
const REASON_MAX = 1_000;
/** Stops that are no end: it ran against a limit of its own. */
const CUT_OFF: readonly string[] = ['max_tokens', 'max_turn_requests'];

export interface Work {
  turn: Turn;
  launched: LaunchedProgram;
  running: ProgramProcess;
  startTimeoutMs: number;
  cancelTimeoutMs: number;
}

/** What a program is told, as it is kept. */
type Said = Omit<Extract<RuntimeEvent, { type: 'turn.told' }>, 'type'>;

/** One task, from the first word to a program until it has given what was asked for: it works, stops, and is told what it has not heard or left out. */
export async function* work(
  { turn, launched, running, startTimeoutMs, cancelTimeoutMs }: Work,
  signal: AbortSignal,
): AsyncGenerator<RuntimeEvent | Delta, TurnResult> {
  const { program } = launched;
  const told = new Set(deliveredIn(turn.history));
  const messagesOf = async () => {
    const taken = await unlessAborted(turn.takeMessages(), signal);
    return taken.filter(({ id }) => !told.has(id) && told.add(id));
  };
  const channel = new Channel(program.title);
  const history = [...turn.history];
  const write = (item: RuntimeEvent | Delta) => {
    if (item.type !== 'delta') history.push(item);
    channel.put(item);
  };
  const scribe = new Scribe(history, write);
  const [system, task] = [houseRules(turn), taskPrompt(turn)];
  const isNew = openingOf(history) === undefined;
  if (isNew) write({ type: 'turn.opened', system, prompt: task });
  const before = sessionIn(history, program.name);
  const session = yield* channel.until(
    openSession({ turn, launched, running, scribe, before, startTimeoutMs }, signal),
  );
  write(openedEvent(session, launched));

  /** What a program has to be told that does not remember it. */
  let introduction = session.resumed ? '' : paragraphs(system, task, isNew ? undefined : accountOf(turn.history));
  let next = saying(goingOn(turn), await messagesOf());
  const stepsBefore =
    next?.attempt === undefined ? stepsIn(history) - stepsIn(latestAttempt(history)) : stepsIn(history);
  const lastStep = stepsBefore + turn.work.maxSteps;
  for (let cuts = 0, repairs = 0; ;) {
    yield* channel.until(unlessAborted(turn.gate(), signal));
    if (next) write({ type: 'turn.told', ...next });
    const costUsd = session.costUsd();
    const end = yield* talk(
      { turn, session, scribe, channel, lastStep, cancelTimeoutMs },
      paragraphs(introduction, next?.text),
      signal,
    );
    introduction = '';
    const used = usedBy(turn, program.name, end, spent(costUsd, session.costUsd()));
    if (used) yield used;

    const isCut = CUT_OFF.includes(end.stopReason) && ++cuts <= CUTS_MAX;
    const follow = [end.isPaused ? INTERRUPTED : isCut ? GO_ON : undefined, wordsToldPrompt(session.unheard())];
    const text = paragraphs(...follow);
    next = saying(text ? { text, messageIds: [] } : undefined, await messagesOf());
    if (next) continue;

    const { missing, ...result } = claimOf(history, turn.work, turn.reported?.());
    if (end.stopReason === 'refusal')
      throw new FusionError(
        'agent_gave_up',
        `${program.title} refused to go on: ${cutText(result.summary, REASON_MAX)}`,
      );
    const misfits = missing.length > 0 ? [] : turn.misfits(result);
    if (missing.length + misfits.length === 0) return result;
    if (++repairs > REPAIRS_MAX) throw gaveUp(turn, missing, misfits);
    next = { text: repairPrompt(turn, missing, misfits), messageIds: [] };
  }
}

/** What a program is told next, with the messages for it; undefined when there is nothing to say. */
function saying(first: Said | undefined, messages: readonly InboundMessage[]): Said | undefined {
  if (messages.length === 0) return first;
  const messageIds = [...(first?.messageIds ?? []), ...messages.map(({ id }) => id)];
  return { ...first, text: paragraphs(first?.text, toldPrompt(messages)), messageIds };
}

const openedEvent = (
  { id, version, resumed, answeredMs, openedMs }: Session,
  { program, leftOut }: LaunchedProgram,
): RuntimeEvent => ({
  type: 'session.opened',
  session: id,
  program: program.name,
  ...(version !== undefined && { version }),
  ...(resumed && { resumed }),
  answeredMs: Math.round(answeredMs),
  openedMs: Math.round(openedMs),
  ...(leftOut.length > 0 && { leftOut: [...leftOut] }),
});

/** What a program with a login of its own says it used; nobody else counts that. */
function usedBy({ agent }: Turn, program: string, end: TalkEnd, costUsd: number | undefined): RuntimeEvent | undefined {
  const tokens = agent.credentials === 'login' ? tokensOf(end) : undefined;
  if (!tokens) return undefined;
  const { model } = agent;
  return {
    type: 'usage.reported',
    program,
    ...(model !== undefined && { model }),
    ...tokens,
    costUsd: costUsd ?? null,
  };
}

/** A conversation that goes on in another process may count from nothing. */
const spent = (before = 0, after?: number): number | undefined =>
  after === undefined ? undefined : after >= before ? after - before : after;

function gaveUp({ title }: Turn, missing: readonly string[], misfits: readonly string[]): FusionError {
  return missing.length > 0
    ? new FusionError('agent_gave_up', `task ${title} ended without its outputs: ${missing.join(', ')}`)
    : new FusionError('output_invalid', `task ${title} ended with outputs that do not fit: ${misfits.join('; ')}`);
}
