import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { Run } from '@fusion-kit/domain/run';
import type { Task } from '@fusion-kit/domain/task';
import { missingCommits } from '@fusion-kit/workspaces/store-check';

/** The commits that a row names. Pure. */
export function commitsOf(table: string, row: unknown): string[] {
  const { base, head } = row as Partial<Run>;
  const { receipt, landed } = row as Partial<Task>;
  const byTable: Record<string, (string | undefined)[]> = {
    runs: [base, head],
    tasks: [receipt?.base, receipt?.commit, landed?.commit],
  };
  return (byTable[table] ?? []).filter((commit) => commit !== undefined);
}

/** Commits that rows name and that are not in their project's store, as sentences. @param commits by project */
export async function missingFromStores(
  directory: string,
  commits: ReadonlyMap<string, ReadonlySet<string>>,
): Promise<string[]> {
  const problems: string[] = [];
  for (const [projectId, named] of commits) {
    const store = join(directory, 'stores', `${projectId}.git`);
    const there = await stat(store).catch(() => undefined);
    const missing = there ? await missingCommits(store, [...named]) : [...named];
    if (missing.length > 0)
      problems.push(
        `the store of ${projectId} lacks ${missing.length} commits that tasks name: ${missing.slice(0, 3).join(', ')}`,
      );
  }
  return problems;
}
