import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { Run } from '@fusion-kit/domain/run';
import type { Task } from '@fusion-kit/domain/task';
import type { FrozenJournal } from '@fusion-kit/journals/sqlite/frozen-journal';
import { missingCommits } from '@fusion-kit/workspaces/store-check';

/** The commits that a run or a task names. Pure. */
function commitsOf(table: string, row: unknown): string[] {
  const named =
    table === 'runs'
      ? [(row as Run).base, (row as Run).head]
      : [(row as Task).receipt?.base, (row as Task).receipt?.commit, (row as Task).landed?.commit];
  return named.filter((commit) => commit !== undefined);
}

/** Commits that the rows name and that are not in their project's store, as sentences. */
export async function missingFromStores(directory: string, journal: FrozenJournal): Promise<string[]> {
  const byProject = new Map<string, Set<string>>();
  for await (const { table, body } of journal.stateRows()) {
    if (table !== 'runs' && table !== 'tasks') continue;
    const row = JSON.parse(body) as Run | Task;
    for (const commit of commitsOf(table, row)) {
      const commits = byProject.get(row.projectId) ?? new Set();
      byProject.set(row.projectId, commits.add(commit));
    }
  }
  const problems: string[] = [];
  for (const [projectId, commits] of byProject) {
    const store = join(directory, 'stores', `${projectId}.git`);
    const there = await stat(store).catch(() => undefined);
    const missing = there ? await missingCommits(store, [...commits]) : [...commits];
    if (missing.length > 0)
      problems.push(
        `the store of ${projectId} lacks ${missing.length} commits that tasks name: ${missing.slice(0, 3).join(', ')}`,
      );
  }
  return problems;
}
