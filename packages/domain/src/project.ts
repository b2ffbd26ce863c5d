import * as z from 'zod';
import { ProjectId } from './ids.ts';
import { Budget, Usage } from './usage.ts';

/** What a project may spend: altogether, and on each day of UTC. */
export const ProjectBudget = Budget.extend({
  tokensPerDay: z.int().positive().optional(),
  costUsdPerDay: z.number().positive().optional(),
});
export type ProjectBudget = z.infer<typeof ProjectBudget>;

/** A directory, normally a git repository, that agents work on. `path` is absolute. */
export const Project = z.object({
  id: ProjectId,
  name: z.string().min(1).max(100),
  path: z.string().min(1).max(4_096),
  kind: z.enum(['git', 'directory']),
  budget: ProjectBudget,
  usage: Usage,
  /** What was used on the last day that anything was, by the days since 1970; kept where a day is limited. */
  today: z.object({ day: z.int(), usage: Usage }).optional(),
  state: z.enum(['active', 'deleted']),
  createdAt: z.int(),
});
export type Project = z.infer<typeof Project>;

const DAY_MS = 86_400_000;
/** The day of UTC that a time is on, and when the next one begins. Pure. */
export const dayOf = (at: number): number => Math.floor(at / DAY_MS);
export const nextDayAt = (at: number): number => (dayOf(at) + 1) * DAY_MS;

/** A budget in words: `$5, 9000 tokens a day`. Pure. */
export const budgetWords = ({ costUsd, tokens, costUsdPerDay, tokensPerDay }: ProjectBudget): string =>
  [
    costUsd !== undefined && `$${costUsd}`,
    tokens !== undefined && `${tokens} tokens`,
    costUsdPerDay !== undefined && `$${costUsdPerDay} a day`,
    tokensPerDay !== undefined && `${tokensPerDay} tokens a day`,
  ]
    .filter(Boolean)
    .join(', ') || 'as much as it needs';
