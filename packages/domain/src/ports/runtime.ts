import type { AgentSpec } from '../agent.ts';
import type { FusionError } from '../errors.ts';
import type { ConversationEvent } from '../event.ts';
import type { MessageId } from '../ids.ts';
import type { QuestionOption, QuestionSubject } from '../question.ts';
import type { AgentWork } from '../nodes/agent.ts';
import type { CommandLine } from './sandbox.ts';
import type { Bridge, CageOptions } from './workspaces.ts';
import type { Caller, ModelProtocol } from './upstream.ts';

/** Where a model is, for a client that brings its own protocol. The key is not here: `fetch` adds it. */
export interface ModelEndpoint {
  provider: string;
  protocol: ModelProtocol;
  baseUrl: string;
  model: string;
  fetch: typeof globalThis.fetch;
  /** How many tokens the model can be sent, what it answers included; undefined when nobody says. Never rejects. */
  contextTokens?(): Promise<number | undefined>;
}

/** How a program that works for a turn reaches the house: models by the gateway, tools by MCP. */
export interface TurnServices {
  /** Origin as the program sees it, without a slash at the end. Models are asked below `/v1` and `/v1beta`, the tools for agents are at `/mcp`. */
  readonly url: string;
  /** Names the dispatch and dies with it; sent as an API key is. */
  readonly token: string;
  /** Handed to `cage`, without which `url` leads nowhere in there. Absent where the cage has the network of this machine. */
  readonly bridge?: Bridge;
  /** Why the latest request for a model's answer was refused, undefined when it was answered: a program may hide it, and end its turn as if all were well. */
  failure(): FusionError | undefined;
}

/** A message on its way into a conversation. `from` and `topic` as the agent should read them. */
export interface InboundMessage {
  id: MessageId;
  from: string;
  topic?: string | undefined;
  text: string;
}

/** What an agent asks people: at most 20 answers to choose from, or none, which asks for words. */
export interface AskedQuestion {
  text: string;
  options: readonly QuestionOption[];
  about?: QuestionSubject;
}

/** What a person answered: an option, words, or both. */
export interface PersonsAnswer {
  option?: string;
  text?: string;
  by: string;
}

/** The part of a conversation event that the runtime knows; the runner adds whose it is, and puts long texts away. */
type Bare<E> = E extends ConversationEvent ? Omit<E, keyof Caller | 'v'> : never;
type Plain<E> = { [Key in keyof E]: Key extends 'text' | 'system' | 'prompt' | 'input' | 'output' ? string : E[Key] };
type CallsPlain<E> = E extends { calls: infer Calls extends readonly unknown[] }
  ? Omit<E, 'calls'> & { calls: Plain<Calls[number]>[] }
  : E;
/** A conversation event with its texts whole. */
export type RuntimeEvent =
  Bare<ConversationEvent> extends infer E ? (E extends unknown ? CallsPlain<Plain<E>> : never) : never;

/** Text as it is being written; shown, never kept. An empty one is a sign that it gets on, and nothing else. */
export interface Delta {
  type: 'delta';
  text: string;
}

/** One task in front of an agent. */
export interface Turn {
  caller: Caller;
  agent: AgentSpec;
  title: string;
  /** The node's work with its expressions filled in. */
  work: AgentWork;
  inputs: Readonly<Record<string, string>>;
  /** Names of the other agents, so that a message can be addressed; not all of a large team. */
  team: readonly { name: string; capabilities: readonly string[] }[];
  /** Whether there are agents that `team` does not name. */
  teamGoesOn?: boolean;
  /** What the same conversation already held, texts whole; empty for a new one. */
  history: readonly RuntimeEvent[];
  /** Why the last attempt was not enough, to be said before anything else is asked. */
  note?: string;
  /** Which attempt at the task this is, counted from 1; an interruption begins no other. `history` goes back to the first. */
  attempt: number;
  workspacePath: string;
  /** The agent's own HOME, as `Workspace.home` promises. */
  home: string;
  /** Absent where nothing serves them. */
  services?: TurnServices;
  /** Present when the agent has a provider. */
  model?: ModelEndpoint;
  cage(command: string, args: readonly string[], options?: CageOptions): CommandLine;
  /** Messages that have come since the last call, marked delivered when the `turn.told` that carries them is kept. */
  takeMessages(): Promise<readonly InboundMessage[]>;
  /** `to` is an agent's name or a topic. @throws {FusionError} when the name is unknown */
  send(message: { to: string; text: string }): Promise<void>;
  /**
   * Asks people and waits until one answers, however long that takes: meanwhile the task is parked, and neither its time passes nor is its silence counted.
   * What the same task asked before an interruption, in the same words, has the answer that was given meanwhile.
   *
   * @param signal withdraws the question; so does the end of the turn
   * @throws {FusionError} `question_refused` when it cannot be asked: too many wait, or its options are none to choose from
   */
  ask(question: AskedQuestion, signal?: AbortSignal): Promise<PersonsAnswer>;
  /**
   * Has a process watched that works for this turn: its use of the CPU counts as progress, and its unseen death ends the turn. The returned
   * function lets it go, which whoever sees its end calls first.
   */
  attend?(pid: number): () => void;
  /** Where the outputs do not keep to the schemas that the node declares, in words; empty when all do. Such a result would be refused. */
  misfits(result: TurnResult): readonly string[];
  /** What a program has given by the tools of the house so far: outputs by name, and a `summary`. */
  reported?(): Readonly<Record<string, string>>;
  /** Resolves at once, or when a paused agent is resumed. Awaited between steps. */
  gate(): Promise<void>;
  /** Resolves when the agent is paused, at once while it is: for what works on for long without coming to its gate. */
  paused?(): Promise<void>;
}

/** What the agent says it has done. It is a claim; the receipt is the proof. */
export interface TurnResult {
  summary: string;
  outputs: Readonly<Record<string, string>>;
}

/**
 * One way for an agent to work on a task.
 *
 * Yields what happens and is asked for the next thing only when the last one is kept, so a tool runs after its `tool.called` is durable.
 * Returns the agent's claim when the turn ends. Rejects with a FusionError when it fails; stops soon after `signal` aborts, leaving no process.
 */
export interface Runtime {
  readonly id: string;
  /** Whether this agent is to have a provider and model of the house. */
  readonly needsModel: (agent: AgentSpec) => boolean;
  /** Looks whether all is there that the agent needs, when it is made. @throws {FusionError} what is missing, and what to do about it */
  check?(agent: AgentSpec): Promise<void>;
  run(turn: Turn, signal: AbortSignal): AsyncGenerator<RuntimeEvent | Delta, TurnResult>;
}
