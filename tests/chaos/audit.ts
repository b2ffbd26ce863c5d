import type { Entry } from '@fusion-kit/domain/entry';
import type { Run } from '@fusion-kit/domain/run';
import { git, inspectData } from '../real-server.ts';
import type { Fact } from './client.ts';
import type { Workload } from './workload.ts';

export interface Evidence {
  home: string;
  repository: string;
  facts: readonly Fact[];
  runs: readonly Run[];
  workload: Workload;
}

/** Looks a data directory through that no server is on: what does not hold, each with its story, and how many events it has. */
export async function audit({
  home,
  repository,
  facts,
  runs,
  workload,
}: Evidence): Promise<{ events: number; wrong: string[] }> {
  const { entries, byRows, byLog, synchronous } = await inspectData(home);
  const wrong: string[] = [];
  const check = (holds: boolean, what: string, taskId?: string) => {
    if (!holds) wrong.push(taskId ? `${what}\n${storyOf(entries, taskId)}` : what);
  };
  check(synchronous === 'full', `synchronous is ${synchronous}`);
  const gap = entries.findIndex((entry, at) => entry.seq !== at + 1);
  check(gap === -1, `after event ${gap} comes ${entries[gap]?.seq}`);
  check(byLog === byRows, `the folded log gives ${byLog}, the rows are ${byRows}`);

  for (const fact of facts) {
    const shown = entries.filter(({ event }) => fact.shownBy(event));
    check(shown.length > 0, `acknowledged and lost: ${fact.what}`);
    check(!fact.once || shown.length <= 1, `${fact.what} is there ${shown.length} times`);
  }
  for (const type of ['task.completed', 'task.proved'] as const) {
    const seen = new Set<string>();
    for (const { event } of entries) {
      if (event.type !== type) continue;
      check(!seen.has(event.taskId), `${type} twice`, event.taskId);
      seen.add(event.taskId);
    }
  }
  for (const run of runs) auditRun(entries, run, { repository, workload }, check);
  return { events: entries.length, wrong };
}

function auditRun(
  entries: readonly Entry[],
  run: Run,
  { repository, workload }: Pick<Evidence, 'repository' | 'workload'>,
  check: (holds: boolean, what: string, taskId?: string) => void,
): void {
  const unfinished = entries.flatMap(({ event }) =>
    event.type === 'task.created' && event.runId === run.id && !hasCompleted(entries, event.taskId)
      ? [event.taskId]
      : [],
  );
  // What failed first is the story; what failed because of it is not.
  const first = entries.find(({ event }) => event.type === 'task.failed' && event.runId === run.id)?.event;
  const culprit = first?.type === 'task.failed' ? first.taskId : unfinished[0];
  check(run.state === 'completed', `run ${run.id} is ${run.state}`, culprit);
  if (run.state !== 'completed' || !run.branch) return;
  const landed = entries.flatMap(({ event }) =>
    event.type === 'task.completed' && event.runId === run.id && event.landed ? [event.taskId as string] : [],
  );
  check(landed.length === workload.results, `run ${run.id} has ${landed.length} landed results`);
  const there = git(repository, 'ls-tree', '-r', '--name-only', run.branch).split('\n');
  check(
    workload.files.every((file) => there.includes(file)),
    `branch ${run.branch} holds ${there.join(' ')}`,
  );
  // Each result is a commit of its own work that a merge brought in, so its file is added exactly once in the branch's whole history.
  const added = git(repository, 'log', '--no-merges', '--diff-filter=A', '--name-only', '--format=', run.branch);
  for (const file of workload.files) {
    const times = added.split('\n').filter((each) => each === file).length;
    check(times === 1, `${file} was added ${times} times on ${run.branch}`);
  }
}

const hasCompleted = (entries: readonly Entry[], taskId: string): boolean =>
  entries.some(({ event }) => event.type === 'task.completed' && event.taskId === taskId);

/** All that happened to a task, between the starts of servers, a line each. */
export function storyOf(entries: readonly Entry[], taskId: string): string {
  const lines = entries.flatMap(({ seq, at, event }) => {
    const mine = 'taskId' in event && event.taskId === taskId;
    if (!mine && event.type !== 'server.started') return [];
    return [`  ${seq} ${new Date(at).toISOString()} ${JSON.stringify(event).slice(0, 300)}`];
  });
  const first = lines.findIndex((line) => line.includes(taskId));
  return lines
    .slice(Math.max(0, first - 1))
    .slice(-80)
    .join('\n');
}
