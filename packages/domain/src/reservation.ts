import * as z from 'zod';
import { AgentId, DispatchId, ProjectId, ReservationId, RunId, TaskId } from './ids.ts';

/** Budget held for a model call that has not been settled. */
export const Reservation = z.object({
  id: ReservationId,
  projectId: ProjectId,
  runId: RunId,
  taskId: TaskId,
  agentId: AgentId,
  dispatchId: DispatchId,
  tokens: z.int().nonnegative(),
  costUsd: z.number().nonnegative().nullable(),
  at: z.int(),
});
export type Reservation = z.infer<typeof Reservation>;
