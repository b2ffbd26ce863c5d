import * as z from 'zod';
import { ProjectId } from './ids.ts';
import { Budget, Usage } from './usage.ts';

/** A directory, normally a git repository, that agents work on. `path` is absolute. */
export const Project = z.object({
  id: ProjectId,
  name: z.string().min(1).max(100),
  path: z.string().min(1).max(4_096),
  kind: z.enum(['git', 'directory']),
  budget: Budget,
  usage: Usage,
  state: z.enum(['active', 'deleted']),
  createdAt: z.int(),
});
export type Project = z.infer<typeof Project>;
