import type { Entry } from '@fusion-kit/domain/entry';
import { asFusionError, failure } from '@fusion-kit/domain/errors';
import { firstFew } from '@fusion-kit/domain/first-few';
import type { ProjectId } from '@fusion-kit/domain/ids';
import type { Caller } from '@fusion-kit/domain/ports/upstream';
import type { ProjectStore } from '@fusion-kit/domain/ports/workspaces';
import { branchRef } from '@fusion-kit/domain/run';
import type { Task } from '@fusion-kit/domain/task';
import type { World } from '@fusion-kit/domain/world';
import type { Follower } from './follower.ts';
import type { Writer } from './writer.ts';

/** Files of a conflict that are named; an event has room for no more. */
const FILES_TOLD_MAX = 10;

export interface LandingOptions {
  world: World;
  writer: Writer;
  store: ProjectStore;
  random: () => number;
}

/** Merges proven work onto its run's branch, one at a time per project, in the order in which it was proven. Landing twice changes nothing. */
export class Landing implements Follower {
  readonly #options: LandingOptions;
  readonly #queues = new Map<ProjectId, Promise<void>>();

  constructor(options: LandingOptions) {
    this.#options = options;
  }

  /** Takes up what was proven but not landed when the server stopped. */
  start(): void {
    for (const task of this.#options.world.all('tasks')) if (task.phase === 'landing') this.#enqueue(task);
  }

  see(entries: readonly Entry[]): void {
    for (const { event } of entries) {
      const task = event.type === 'task.proved' && this.#options.world.get('tasks', event.taskId);
      if (task) this.#enqueue(task);
    }
  }

  /** Resolves when nothing is being merged any more, or soon: what takes longer lands at the next start. */
  async settled(): Promise<void> {
    let timer: NodeJS.Timeout | undefined;
    const soon = new Promise<void>((resolve) => (timer = setTimeout(resolve, SETTLING_MS)));
    await Promise.race([Promise.all(this.#queues.values()), soon]);
    clearTimeout(timer);
  }

  #enqueue(task: Task): void {
    const before = this.#queues.get(task.projectId) ?? Promise.resolve();
    this.#queues.set(
      task.projectId,
      before.then(() => this.#land(task)),
    );
  }

  async #land(task: Task): Promise<void> {
    const { world, writer, store, random } = this.#options;
    const run = world.get('runs', task.runId);
    const project = world.get('projects', task.projectId);
    const present = world.get('tasks', task.id);
    const commit = present?.receipt?.commit;
    if (!run?.branch || !project || !present?.dispatch || present.phase !== 'landing' || !commit) return;
    const { agentId, id: dispatchId } = present.dispatch;
    const caller: Caller = { projectId: project.id, runId: run.id, taskId: task.id, agentId, dispatchId };
    const branch = run.branch;
    const failed = (problem: ReturnType<typeof failure>) =>
      writer.submit({ type: 'dispatch.fail', caller, failure: problem, jitter: random() });
    try {
      const message = `${task.title}\n\nTask ${task.node} (${task.id}) of run ${run.name} (${run.id}).\n`;
      const outcome = await patiently(() => store.integrate(project, { runId: run.id, branch, commit, message }));
      if (outcome.landed) {
        await writer.submit({
          type: 'dispatch.land',
          caller,
          landed: { ref: branchRef(branch), commit: outcome.commit },
        });
        return;
      }
      const { files, ours, theirs } = outcome.conflict;
      const sides = `${ours.slice(0, 10)} on ${branch} and ${theirs.slice(0, 10)} of task ${task.node}`;
      await failed(
        failure('landing_conflict', `${firstFew(files, FILES_TOLD_MAX)} changed on both sides: ${sides}`, {
          details: { files: files.slice(0, FILES_TOLD_MAX), fileCount: files.length, ours, theirs },
        }),
      );
    } catch (thrown) {
      await failed(asFusionError(thrown).toJSON()).catch(() => {}); // the journal has failed; the next start lands it
    }
  }
}

/** What landings get to end while the server stops. */
const SETTLING_MS = 1_000;

/** Pauses before a merge is tried again: another git, of the user or of a server that was killed, may hold a lock for a moment. */
const PAUSES_MS = [100, 400, 1_600, 5_000];

async function patiently<Result>(merge: () => Promise<Result>): Promise<Result> {
  for (const pauseMs of PAUSES_MS) {
    try {
      return await merge();
    } catch (thrown) {
      if (asFusionError(thrown).code !== 'project_store_failed') throw thrown;
      await new Promise((resolve) => setTimeout(resolve, pauseMs));
    }
  }
  return merge();
}
