import { ProjectId } from '@fusion-kit/domain/ids';
import * as z from 'zod';

const Asked = z.object({ after: z.coerce.number().int().min(0), project: ProjectId.optional() });

/** What a socket wants to see: everything after an event, or what concerns one project of it. */
export interface Subscription {
  after: number;
  project: ProjectId | undefined;
}

/** Reads the address of a socket, `?after=N[&project=prj_…]`; answers the reason in words when it cannot be followed. */
export function subscriptionOf(query: Record<string, string>, head: number): Subscription | string {
  const asked = Asked.safeParse({ ...query, after: query['after']?.trim() || undefined });
  if (!asked.success)
    return `${String(asked.error.issues[0]?.path[0])} must be given as /ws/events?after=N[&project=ID]`;
  const { after, project } = asked.data;
  // An unknown number was told by another log: following it would show a state that never was.
  if (after > head) return `after=${after} is beyond the last event, ${head}; load the snapshot again`;
  return { after, project };
}
