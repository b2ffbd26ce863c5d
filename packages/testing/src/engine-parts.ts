import type { Entry } from '@fusion-kit/domain/entry';
import type { EventType } from '@fusion-kit/domain/event';
import type { Project } from '@fusion-kit/domain/project';
import type { EngineEnd } from '@fusion-kit/domain/ports/transport';
import type { Integration, ProjectStore } from '@fusion-kit/domain/ports/workspaces';
import type { Receipt } from '@fusion-kit/domain/receipt';
import type { ReportAnswer, RunnerCommand, RunnerReport, StartDispatch } from '@fusion-kit/domain/runner-protocol';
import type { RunSpec } from '@fusion-kit/domain/run';
import type { TaskSpec } from '@fusion-kit/domain/task';
import type { Command } from '@fusion-kit/domain/command';
import type { AgentSpec } from '@fusion-kit/domain/agent';
import { ArrayJournal } from './array-journal.ts';
import { sampleId } from './journal-samples.ts';
import { mapBlobs } from './runner-parts.ts';
import { sampleAgentSpec, sampleRunSpec, sampleTaskSpec } from './sample-events.ts';

type Bare<R> = R extends RunnerReport ? Omit<R, 'caller' | 'token'> : never;
export type Report = (report: Bare<RunnerReport>) => Promise<ReportAnswer>;
export type Play = (start: StartDispatch, report: Report) => Promise<unknown>;

export const receiptOf = (commit?: string): Receipt => ({
  kind: 'unverified',
  files: [],
  fileCount: 0,
  checks: [],
  sandbox: 'none',
  ...(commit && { commit }),
});

/** Starts and proves at once. */
export const proving =
  (outputs: Record<string, string> = {}, commit?: string): Play =>
  async (_start, report) => {
    await report({ type: 'dispatch.started' });
    await report({ type: 'dispatch.proved', outputs, receipt: receiptOf(commit) });
  };

/** What an engine is opened with, but for the engine itself: a journal of arrays, a scripted runner, a scripted store. */
export function engineParts({
  play,
  integrate,
  journal = new ArrayJournal(),
}: {
  play: Play;
  integrate?: (project: Pick<Project, 'id'>, commit: string) => Promise<Integration>;
  journal?: ArrayJournal;
}) {
  const commands: RunnerCommand[] = [];
  const starts: StartDispatch[] = [];
  let handle: (report: RunnerReport) => Promise<ReportAnswer> = async () => ({ ok: true });
  const transport: EngineEnd = {
    onReport: (handler) => void (handle = handler),
    async send(command) {
      commands.push(command);
      const { type } = command;
      if (type === 'agent.open')
        void handle({ type: 'agent.ready', agentId: command.agentId, workspace: '/w', sandbox: 'none' });
      if (type !== 'dispatch.start') return;
      starts.push(command);
      const { caller, token } = command;
      void play(command, (report) => handle({ ...report, caller, token } as RunnerReport));
    },
  };
  const store: ProjectStore = {
    refresh: async () => ({ head: 'a'.repeat(40) }),
    start: async () => {},
    head: async () => undefined,
    integrate: async (project, { commit }) => integrate?.(project, commit) ?? { landed: true, commit },
  };
  return {
    journal,
    commands,
    starts,
    report: (report: RunnerReport) => handle(report),
    options: async () => ({
      journal,
      head: (await journal.readAfter(0, 1, { newestFirst: true }))[0]?.seq ?? 0,
      synchronous: 'full',
      blobs: mapBlobs(),
      transport,
      store,
      version: 'test',
    }),
  };
}

const projectId = sampleId('prj', 1);

export const createProject: Command = {
  type: 'project.create',
  projectId,
  name: 'shop',
  path: '/shop',
  kind: 'directory',
  budget: {},
};

/** The spec of a numbered task that needs the tasks of these numbers. */
export const numberedTask = (
  number: number,
  change: Partial<TaskSpec> = {},
  needs: readonly number[] = [],
): TaskSpec => ({
  ...sampleTaskSpec,
  id: sampleId('tsk', number),
  node: `n${number}`,
  title: `Task ${number}`,
  requires: [],
  needs: needs.map((need) => ({ id: sampleId('tsk', need), accept: ['completed'] })),
  retry: { limit: 0, backoffMs: 0 },
  ...change,
});

/** Starts a run of these tasks with a team of so many agents called agent-1 and so on. */
export const startRun = (
  tasks: readonly TaskSpec[],
  agents: number,
  change: Partial<RunSpec> = {},
): Extract<Command, { type: 'run.start' }> => {
  const spec = { ...sampleRunSpec, ...change };
  const member = (n: number): AgentSpec => ({ ...sampleAgentSpec, name: `agent-${n}` });
  const team = Array.from({ length: agents }, (_, at) => ({ id: sampleId('agt', at + 1), spec: member(at + 1) }));
  return { type: 'run.start', spec, tasks: tasks.map((task) => ({ ...task, runId: spec.id })), agents: team };
};

/** Waits for an event of this type in a log that is followed from its beginning, the `nth` of them. */
export async function nthEvent(
  follow: (after: number, signal: AbortSignal) => AsyncGenerator<readonly Entry[]>,
  type: EventType,
  nth = 1,
): Promise<Entry> {
  const stop = new AbortController();
  let left = nth;
  for await (const entries of follow(0, stop.signal))
    for (const entry of entries)
      if (entry.event.type === type && (left -= 1) === 0) {
        stop.abort();
        return entry;
      }
  throw new Error(`the log ended before ${type}`);
}
