import { FusionError } from '@fusion-kit/domain/errors';
import type { AgentWork } from '@fusion-kit/domain/nodes/agent';
import type {
  AskedQuestion,
  ModelEndpoint,
  PersonsAnswer,
  Runtime,
  RuntimeEvent,
  Turn,
  TurnResult,
} from '@fusion-kit/domain/ports/runtime';
import type { Upstream } from '@fusion-kit/domain/ports/upstream';
import type { CageOptions, Reach } from '@fusion-kit/domain/ports/workspaces';
import { type DeskParts, openDesk } from './desk/desk.ts';
import { type OfferedServices, openServices } from './bridge/services.ts';
import { graced } from './graced.ts';
import { contextOf } from './context-of.ts';
import type { Claim, Hands } from './hands.ts';
import { misfits } from './outputs.ts';
import { fromConversation } from './wire-text.ts';

/** What an agent has beside its hands: a way to think, and how it is spoken to. */
export interface Mind extends Pick<Turn, 'takeMessages' | 'send'>, Pick<DeskParts, 'mailbox' | 'report'> {
  runtime: Runtime;
  upstream: Upstream | undefined;
  services: OfferedServices | undefined;
  ask: (question: AskedQuestion, signal: AbortSignal) => Promise<PersonsAnswer>;
  gate: (signal: AbortSignal) => Promise<void>;
  paused: (signal: AbortSignal) => Promise<void>;
}

/** Has an agent work on its task, in the conversation it began. */
export async function takeTurn(work: AgentWork, hands: Hands, mind: Mind): Promise<Claim> {
  const { start, workspace, blobs, pulse } = hands;
  const { caller, agent, title, inputs, team, teamGoesOn, note } = start;
  const history = await Promise.all(start.history.map((event) => fromConversation(blobs, event)));
  const over = new AbortController();
  const signal = AbortSignal.any([hands.signal, over.signal]);
  const model = endpointOf(hands, mind);
  const ask: Turn['ask'] = (question, withdrawn) =>
    mind.ask(question, withdrawn ? AbortSignal.any([signal, withdrawn]) : signal);
  const assignment = { title, work, inputs: { ...inputs, ...work.inputs } };
  const desk = openDesk({ assignment, history, blobs, pulse, ...mind, ask, keep: hands.keep });
  const { proxy } = hands.wayOut;
  const served = { caller, agent, workspace, desk, proxy, ...mind };
  const services = mind.services && (await openServices(mind.services, served));
  /** What it was not given a bridge for itself needs one where something outside may be reached. */
  const reach = hands.wayOut.reachBy(proxy && services?.bridge);
  const turn: Turn = {
    caller,
    agent,
    ...assignment,
    team,
    ...(teamGoesOn && { teamGoesOn }),
    history,
    ...(note && { note }),
    attempt: start.attempt ?? 1,
    workspacePath: workspace.path,
    home: workspace.home,
    ...(services && { services }),
    ...(model && { model }),
    cage: (command, args, options) => workspace.cage(command, args, beyond(reach, options)),
    takeMessages: mind.takeMessages,
    send: mind.send,
    ask,
    attend: (pid) => pulse.attend(pid),
    misfits: ({ summary, outputs }) => misfits(work, { ...outputs, summary }),
    reported: () => desk.outputs(),
    gate: () => mind.gate(signal),
    paused: () => mind.paused(signal),
  };
  const tools = openTools(hands);
  const conversation = mind.runtime.run(turn, signal);
  try {
    while (true) {
      pulse.beat();
      const { done, value } = await graced(conversation.next(), signal);
      pulse.beat();
      if (done) return claimOf(value, desk.outputs());
      if (value.type === 'delta') {
        if (value.text !== '') hands.show(value.text);
        continue;
      }
      await hands.keep(value);
      tools.see(value);
    }
  } finally {
    tools.close();
    // A report that was refused leaves the loop early; the runtime has to end its processes all the same.
    over.abort(new FusionError('dispatch_stale', 'the turn is over'));
    await graced(conversation.return({ summary: '', outputs: {} }), signal).catch(() => {});
    // Before anything is reported that ends the dispatch: what its programs have used is settled in its name.
    await services?.close();
  }
}

/** What a program is given of its runtime goes before what lies outside. */
const beyond = (reach: Reach, { env, readable = [], bridge, cwd }: CageOptions = {}): CageOptions => ({
  env: { ...reach.env, ...env },
  readable: [...(reach.readable ?? []), ...readable],
  bridge: reach.bridge ?? bridge,
  ...(cwd !== undefined && { cwd }),
});

/** What a program gave at the desk counts where its runtime does not say otherwise. */
const claimOf = ({ summary, outputs }: TurnResult, given: Claim): Claim => ({
  ...given,
  ...outputs,
  summary: summary || (given['summary'] ?? ''),
});

function endpointOf({ start: { agent, caller } }: Hands, { runtime, upstream }: Mind): ModelEndpoint | undefined {
  if (!runtime.needsModel(agent) || !upstream) return undefined;
  const model = agent.model ?? upstream.defaultModel;
  if (!model)
    throw new FusionError(
      'model_unknown',
      `agent ${agent.name} names no model and provider ${upstream.id} has no default one`,
    );
  const { id: provider, protocol, baseUrl } = upstream;
  return {
    provider,
    protocol,
    baseUrl,
    model,
    fetch: (input, init) => upstream.fetch(caller, input, init),
    contextTokens: () => contextOf(upstream, model),
  };
}

/** A tool call ends by itself: every tool has a time limit. While one is open, silence is not the agent's. */
function openTools({ pulse }: Hands) {
  const open = new Map<string, () => void>();
  const end = (callId: string): void => {
    open.get(callId)?.();
    open.delete(callId);
  };
  return {
    see(event: RuntimeEvent): void {
      if (event.type !== 'tool.called' && event.type !== 'tool.returned') return;
      end(event.callId); // also at a call: a runtime that gives an id twice would seem to be in a tool for ever
      if (event.type === 'tool.called') open.set(event.callId, pulse.within());
    },
    close(): void {
      for (const over of open.values()) over();
    },
  };
}
