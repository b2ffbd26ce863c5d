import type { Delta, Runtime, RuntimeEvent, Turn, TurnResult } from '@fusion-kit/domain/ports/runtime';
import { FusionError } from '@fusion-kit/domain/errors';
import { Channel } from '../acp/channel.ts';
import { claimOf } from '../acp/claim.ts';
import { finishedIn } from '../acp/conversation.ts';
import { houseRules, taskPrompt } from '../acp/prompts.ts';
import { refusedForGood } from '../acp/refusal.ts';
import { Scribe } from '../acp/scribe.ts';
import { openingOf } from '../model-loop/conversation.ts';
import { toldPrompt } from '../model-loop/prompt.ts';
import { unlessAborted } from '../model-loop/unless-aborted.ts';
import type { LaunchedProgram, Programs } from '../programs/launched.ts';
import { failureOf } from './failure.ts';
import { listen } from './listen.ts';
import type { ProgramEnd } from './run-program.ts';
import { outputsFile } from './outputs-file.ts';
import { asStarted } from './started.ts';
import { toldAtStart, whole } from './words.ts';

/** How the last step of a program says that it has ended by itself: in all runtimes the same. */
const DONE = 'end_turn';

/** Any program that is told a task and does it by itself, each time in a process of its own: coding agents without a person, scripts. */
export const command = ({ programs }: { programs: Programs }): Runtime => ({
  id: 'command',
  needsModel: (agent) => programs.needsModel(agent),
  async check(agent) {
    await programs.check(agent, 'headless');
    requireAllowed(agent);
  },
  async *run(turn, signal) {
    signal.throwIfAborted();
    const finished = finishedIn(turn);
    if (finished) return finished;
    requireAllowed(turn.agent);
    await unlessAborted(turn.gate(), signal);
    // Whoever does not wait for it any more is not needed: what it has prepared by then it puts away itself.
    const launched = await unlessAborted(programs.launch(turn, 'headless', signal), signal);
    try {
      return yield* work(turn, launched, signal);
    } finally {
      await launched.close();
    }
  },
});

/** @throws {FusionError} `permissions_unheld`: it works without a person, so that it has nobody to ask */
function requireAllowed({ name, permissions = 'allow' }: Turn['agent']): void {
  if (permissions === 'allow') return;
  throw new FusionError(
    'permissions_unheld',
    `agent ${name} has permissions ${permissions}, and a program of runtime command asks nobody`,
    { remedy: 'Use runtime `acp`, or leave it to the cage: permissions `allow`.' },
  );
}

async function* work(
  turn: Turn,
  launched: LaunchedProgram,
  signal: AbortSignal,
): AsyncGenerator<RuntimeEvent | Delta, TurnResult> {
  const opening = openingOf(turn.history) ?? {
    type: 'turn.opened' as const,
    system: houseRules(turn),
    prompt: taskPrompt(turn),
  };
  if (!openingOf(turn.history)) yield opening;
  const beginning = toldAtStart(turn);
  if (beginning) yield beginning;
  const messages = await unlessAborted(turn.takeMessages(), signal);
  const mail = messages.length > 0 ? toldPrompt(messages) : undefined;
  if (mail !== undefined) yield { type: 'turn.told', text: mail, messageIds: messages.map(({ id }) => id) };
  signal.throwIfAborted();

  const told = [beginning?.text, mail].filter((text) => text !== undefined);
  const headless = launched.program.headless;
  if (!headless) throw new FusionError('program_unknown', `${launched.program.title} has no command`);
  const file = turn.work.outputs.length > 0 ? await outputsFile(turn) : undefined;
  const started = asStarted(launched, headless, { text: whole(turn, opening, told, headless.template), file, turn });

  const said: RuntimeEvent[] = [];
  const channel = new Channel(launched.program.title);
  const write = (item: RuntimeEvent | Delta): void => {
    if (item.type !== 'delta') said.push(item);
    channel.put(item);
  };
  const scribe = new Scribe(turn.history, write);
  const listener = listen({
    ...launched,
    output: headless.output,
    scribe,
    write,
    countsItself: turn.agent.credentials === 'login',
  });
  const stop = new AbortController();
  const either = AbortSignal.any([signal, stop.signal]);
  let steps = 0;
  scribe.onStep = () => {
    if (++steps > turn.work.maxSteps)
      stop.abort(new FusionError('step_limit', `task ${turn.title} was not finished in ${turn.work.maxSteps} steps`));
  };
  const running = ended();
  // Programs try again for long, or end as if all were well: the task can be parked at once.
  refusedForGood(turn, either).then(
    (refused) => stop.abort(refused),
    () => undefined,
  );
  let end: ProgramEnd;
  try {
    end = yield* channel.until(running);
  } finally {
    // Whoever drops the turn in the middle waits for the end of all that it started.
    stop.abort(new FusionError('dispatch_stale', 'the turn is over'));
    await running.catch(() => undefined);
  }
  const failure = failureOf(launched.program, end, listener.failure(), turn.services?.failure());
  if (failure) throw failure;
  const reported = { ...(await file?.read()), ...turn.reported?.() };
  // An output that it does not name is what it said at last, as for every task.
  const { summary, outputs } = claimOf(said, turn.work, reported);
  return { summary, outputs };

  async function ended(): Promise<ProgramEnd> {
    const ran = await started.run((text) => listener.hear(text), either);
    listener.end();
    scribe.ended(ran.exitCode === 0 ? DONE : 'failed');
    return ran;
  }
}
