import { FusionError } from '@fusion-kit/domain/errors';
import type { Budget } from '@fusion-kit/domain/usage';
import * as z from 'zod';
import type { Call } from './call.ts';

const flag = (name: string): string => `--${name.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;

/**
 * The options of a call, checked.
 * @throws {FusionError} `usage` naming the option
 */
export function optionsOf<Shape extends z.ZodType>(call: Call, shape: Shape): z.infer<Shape> {
  const parsed = shape.safeParse(call.options);
  if (parsed.success) return parsed.data;
  const problems = parsed.error.issues.map((issue) => {
    const option = flag(String(issue.path[0] ?? ''));
    return `${option}: ${issue.message}`;
  });
  throw new FusionError('usage', problems.join('; '));
}

/**
 * A required positional argument that commander has already insisted on.
 * @throws {FusionError} `usage` when it is missing all the same
 */
export function argument(call: Call, at: number, name: string): string {
  const given = call.args[at];
  if (given === undefined) throw new FusionError('usage', `${name} is missing`);
  return given;
}

export const Port = z.coerce.number('a number from 0 to 65535').int().min(0).max(65_535);
export const Limit = z.coerce.number('a number from 1 to 1000').int().min(1).max(1_000);
export const SandboxChoice = z.enum(['auto', 'bubblewrap', 'none']);
export type SandboxChoice = z.infer<typeof SandboxChoice>;

/** `a,b,c` as a list. */
export const Words = z.string().transform((text) =>
  text
    .split(',')
    .map((word) => word.trim())
    .filter((word) => word !== ''),
);

/** Repeated `NAME=VALUE` as a record; the value may hold further equals signs. */
export const Pairs = z.array(z.string()).transform((pairs, context) => {
  const record: Record<string, string> = {};
  for (const pair of pairs) {
    const at = pair.indexOf('=');
    if (at < 1) context.addIssue({ code: 'custom', message: `${pair} is not NAME=VALUE` });
    else record[pair.slice(0, at)] = pair.slice(at + 1);
  }
  return record;
});

export const Seconds = z.coerce.number('a number of seconds').positive();
export const millisecondsOf = (seconds: number | undefined): number | undefined =>
  seconds === undefined ? undefined : Math.round(seconds * 1_000);

export const BudgetOptions = z.object({
  budgetUsd: z.coerce.number('an amount in dollars, more than 0').positive().optional(),
  budgetTokens: z.coerce.number('a whole number, more than 0').int().positive().optional(),
});
/** A budget as it is changed: what is given takes the place of what was. */
const ChangedBudget = z.object({
  usd: BudgetOptions.shape.budgetUsd,
  tokens: BudgetOptions.shape.budgetTokens,
});
/** @throws {FusionError} `usage` when nothing is given */
export function changedBudget(call: Call, before: Budget): Budget {
  const { usd, tokens } = optionsOf(call, ChangedBudget);
  if (usd === undefined && tokens === undefined) throw new FusionError('usage', 'say how much: --usd or --tokens');
  return { ...before, ...(usd !== undefined && { costUsd: usd }), ...(tokens !== undefined && { tokens }) };
}
export const budgetOf = ({ budgetUsd, budgetTokens }: z.infer<typeof BudgetOptions>): Budget => ({
  ...(budgetUsd !== undefined && { costUsd: budgetUsd }),
  ...(budgetTokens !== undefined && { tokens: budgetTokens }),
});
