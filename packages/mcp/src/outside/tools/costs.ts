import * as z from 'zod';
import { outsideTool } from '../outside.ts';
import { costSight, rowsOf } from '../run-sight.ts';

export const costs = outsideTool({
  name: 'fusion_costs',
  description: 'Tells what a run has used so far: calls, tokens and US dollars, in all and by task and agent.',
  reads: true,
  input: z.object({ run: z.string().min(1).max(100).describe('id of the run') }),
  async run({ run: id }, outside) {
    const { run, tasks, agents } = await rowsOf(await outside.api(), id);
    const used = <Row extends { usage: (typeof run)['usage'] }>(rows: readonly Row[], nameOf: (row: Row) => string) =>
      rows.filter(({ usage }) => usage.calls > 0).map((row) => ({ name: nameOf(row), ...costSight(row.usage) }));
    return {
      total: costSight(run.usage),
      budget: run.budget,
      tasks: used(tasks, ({ node }) => node),
      agents: used(
        agents.filter(({ runId }) => runId === run.id),
        ({ name }) => name,
      ),
    };
  },
});
