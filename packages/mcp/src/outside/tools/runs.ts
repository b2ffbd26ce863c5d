import { page } from '@fusion-kit/domain/api';
import { Run, RunState } from '@fusion-kit/domain/run';
import * as z from 'zod';
import { outsideTool } from '../outside.ts';
import { inboxOf, itemSight, pathOf, rowsOf, runLine, runSight } from '../run-sight.ts';

const run = z.string().min(1).max(100).describe('id of the run');

export const listRuns = outsideTool({
  name: 'fusion_list_runs',
  description: 'Lists runs, the newest first.',
  reads: true,
  input: z.object({ state: RunState.optional(), limit: z.int().min(1).max(100).default(20) }),
  async run({ state, limit }, outside) {
    const api = await outside.api();
    const { items } = await api.get('/runs', page(Run), { query: { state, limit } });
    return items.map(runLine);
  },
});

export const getRun = outsideTool({
  name: 'fusion_get_run',
  description: 'Shows a run: its tasks with who works on them, what waits for a person, its branch and what it cost.',
  reads: true,
  input: z.object({ run }),
  async run({ run: id }, outside) {
    const api = await outside.api();
    const [rows, inbox] = await Promise.all([rowsOf(api, id), inboxOf(api, id)]);
    return { ...runSight(rows), inbox: inbox.items.map(itemSight) };
  },
});

export const changeRun = outsideTool({
  name: 'fusion_change_run',
  description: 'Pauses a run, so that no further task starts; lets it go on; or cancels it and all that it started.',
  reads: false,
  input: z.object({ run, action: z.enum(['pause', 'resume', 'cancel']) }),
  async run({ run: id, action }, outside) {
    const api = await outside.api();
    return runLine(await api.patch(pathOf('runs', id), Run, { action }));
  },
});
