import type { AgentDesk, Assignment } from '@fusion-kit/domain/ports/agent-desk';
import type { Blobs } from '@fusion-kit/domain/ports/blobs';
import type { RuntimeEvent, Turn } from '@fusion-kit/domain/ports/runtime';
import type { ReportAnswer, RunnerReport } from '@fusion-kit/domain/runner-protocol';
import type { Mailbox } from '../mailbox.ts';
import type { Pulse } from '../pulse.ts';
import { GivenOutputs } from './given-outputs.ts';
import { postDesk } from './post-desk.ts';
import { Quota } from './quota.ts';
import { workDesk } from './work-desk.ts';

type Unsigned<R> = R extends { token: string } ? Omit<R, 'caller' | 'token'> : never;
/** A report of one dispatch, to which whose it is, is added. */
export type DeskReport = Unsigned<RunnerReport>;

export interface DeskParts extends Pick<Turn, 'send' | 'ask'> {
  assignment: Assignment;
  /** What the same conversation already held. */
  history: readonly RuntimeEvent[];
  blobs: Blobs;
  mailbox: Mailbox;
  pulse: Pulse;
  readonly keep: (event: RuntimeEvent) => Promise<void>;
  /** @throws {FusionError} what the engine refused with */
  readonly report: (report: DeskReport) => Promise<Extract<ReportAnswer, { ok: true }>>;
}

export interface OpenDesk extends AgentDesk {
  /** What the agent has given so far, by name. */
  readonly outputs: () => Readonly<Record<string, string>>;
}

/** The desk of one dispatch. What it changes goes to the engine as a report in the dispatch's name, so that nothing is done for one that is over. */
export function openDesk(parts: DeskParts): OpenDesk {
  const quota = new Quota();
  const given = new GivenOutputs({ ...parts, work: parts.assignment.work });
  return { work: workDesk(parts, quota, given), post: postDesk(parts, quota), outputs: () => given.all };
}
