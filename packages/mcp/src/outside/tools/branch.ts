import * as z from 'zod';
import { outsideTool } from '../outside.ts';
import { rowsOf } from '../run-sight.ts';

export const branch = outsideTool({
  name: 'fusion_branch',
  description:
    "Tells where a run's verified work has landed: a branch of the user's repository, which they merge themselves when they want it.",
  reads: true,
  input: z.object({ run: z.string().min(1).max(100).describe('id of the run') }),
  async run({ run: id }, outside) {
    const { run, project } = await rowsOf(await outside.api(), id);
    if (run.branch === undefined)
      return { state: run.state, project: project.path, note: 'the project has no git: nothing lands' };
    const landed = run.head !== undefined && run.head !== run.base;
    return {
      state: run.state,
      project: project.path,
      branch: run.branch,
      base: run.base,
      ...(landed
        ? { head: run.head, look: `git diff ${run.base}...${run.branch}`, merge: `git merge ${run.branch}` }
        : { note: 'nothing has landed on it yet' }),
    };
  },
});
