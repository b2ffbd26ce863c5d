import type { AgentWork } from '../nodes/agent.ts';
import type { Progress } from '../progress.ts';
import type { Proposal, Proposed } from '../proposal.ts';
import type { TaskSight, TeamSight } from '../sight.ts';
import type { AskedQuestion, InboundMessage, PersonsAnswer } from './runtime.ts';

/** The task that an agent has in hand, its expressions filled in. */
export interface Assignment {
  title: string;
  work: AgentWork;
  inputs: Readonly<Record<string, string>>;
}

/** A part of a long text; `next` is where it goes on. Places are in characters. */
export interface TextPart {
  text: string;
  length: number;
  next?: number;
}

/**
 * What the house does for an agent's program, in the name of one dispatch: whoever holds the dispatch's token stands at its desk. All that is reported is durable when a
 * method resolves. Every method rejects with `dispatch_stale` when the dispatch is over, and with `quota_exceeded` when the dispatch has had its share of it.
 */
export interface AgentDesk {
  readonly work: WorkDesk;
  readonly post: PostDesk;
}

export interface WorkDesk {
  readonly assignment: Assignment;
  /** A task of the same run by id or node; without a name the one in hand. @throws {FusionError} `task_unknown` */
  look(task?: string): Promise<TaskSight>;
  /** An output of a task of the same run, from a place on. @throws {FusionError} `task_unknown`, `output_unknown` */
  output(task: string, name: string, from: number): Promise<TextPart>;
  progress(progress: Progress): Promise<void>;
  /** Outputs by name, `summary` among them; a later one of a name replaces it. Returns those that are still missing. @throws {FusionError} `output_unknown`, `output_invalid`, when none is kept */
  report(outputs: Readonly<Record<string, string>>): Promise<readonly string[]>;
  /** @throws {FusionError} `proposal_refused`, `task_unknown`, `dependency_failed` */
  propose(proposal: Proposal): Promise<Proposed>;
}

/** What has come for an agent: a message, or a person's answer that came when nobody waited for it. */
export type Letter = Pick<InboundMessage, 'from' | 'topic' | 'text'>;

export interface PostDesk {
  team(): Promise<TeamSight>;
  /** Messages that the agent has not been given, delivered by this; waits so long for the first. */
  read(waitMs: number, signal: AbortSignal): Promise<readonly Letter[]>;
  /** `to` is an agent's name or a topic. @throws {FusionError} `agent_unknown` */
  send(message: { to: string; text: string }): Promise<void>;
  /** For the agent's further life. Returns all that it listens to then. @throws {FusionError} `bad_request` when those are too many */
  subscribe(change: { add: readonly string[]; remove: readonly string[] }): Promise<readonly string[]>;
  /** Waits so long for a person; undefined when nobody has answered by then. The question stays, and asking it again in the same words waits on. @throws {FusionError} `question_refused` */
  ask(question: AskedQuestion, waitMs: number, signal: AbortSignal): Promise<PersonsAnswer | undefined>;
}
