import { EventView, page } from '@fusion-kit/domain/api';
import type { EventType } from '@fusion-kit/domain/event';
import { runEnded } from '@fusion-kit/domain/run';
import * as z from 'zod';
import { WAIT_MAX_SECONDS } from '../../tool.ts';
import { type Outside, outsideTool } from '../outside.ts';
import { inboxOf, itemSight, rowsOf, runLine } from '../run-sight.ts';

const LINES_MAX = 100;

const TOLD: readonly EventType[] = [
  'task.assigned',
  'task.progressed',
  'task.completed',
  'task.failed',
  'task.cancelled',
  'task.skipped',
  'task.requeued',
  'task.opened',
  'task.stalled',
  'question.asked',
  'message.sent',
  'run.completed',
  'run.failed',
  'run.cancelled',
];

export const watchRun = outsideTool({
  name: 'fusion_watch_run',
  description:
    'Waits until something happens in a run after event number `after`, and tells it with what waits for a person. Call it again with the `next` it gives, until the state is completed, failed or cancelled.',
  reads: true,
  input: z.object({
    run: z.string().min(1).max(100).describe('id of the run'),
    after: z.int().min(0).default(0).describe('number of the last event you know'),
    wait_seconds: z.int().min(0).max(WAIT_MAX_SECONDS).default(WAIT_MAX_SECONDS),
  }),
  async run({ run: id, after, wait_seconds: seconds }, outside, signal) {
    const api = await outside.api();
    const happened = async () => {
      const query = { run: id, after, order: 'oldest', limit: LINES_MAX, type: TOLD.join(',') };
      return (await api.get('/events', page(EventView), { query })).items;
    };
    const { run } = await rowsOf(api, id);
    let events = await happened();
    if (events.length === 0 && !runEnded(run.state)) {
      await somethingHappens(outside, { run: id, after, seconds }, signal);
      events = await happened();
    }
    const [rows, inbox] = await Promise.all([rowsOf(api, id), inboxOf(api, id)]);
    const named = [
      ...rows.tasks.map((task) => [task.id, task.node] as const),
      ...rows.agents.map((agent) => [agent.id, agent.name] as const),
    ];
    const nameOf = new Map<string, string>(named);
    return {
      ...runLine(rows.run),
      events: events.map((entry) => outside.line(entry, (one) => nameOf.get(one))),
      next: events.at(-1)?.seq ?? after,
      inbox: inbox.items.map(itemSight),
    };
  },
});

/** Resolves at the first event of the run that would be told, or after so long. */
async function somethingHappens(
  outside: Outside,
  { run, after, seconds }: { run: string; after: number; seconds: number },
  signal: AbortSignal,
): Promise<void> {
  const enough = AbortSignal.any([signal, AbortSignal.timeout(seconds * 1_000)]);
  for await (const { event } of outside.follow(after, enough))
    if ('runId' in event && event.runId === run && TOLD.includes(event.type)) return;
}
