import { FusionError } from '../errors.ts';
import type { World } from '../world.ts';
import type { Rules } from './decision.ts';
import { open } from './dispatch.ts';
import { type Purse, purses, refusal } from './purses.ts';

/** Refuses when spent, held and wanted together pass the budget: overshoot stays within one reservation. */
function afford(world: World, purse: Purse, tokens: number, costUsd: number | null): void {
  const held = [...world.all('reservations')].filter((reservation) => purse.holds(reservation));
  const usedTokens =
    purse.usage.inputTokens + purse.usage.outputTokens + held.reduce((sum, each) => sum + each.tokens, 0);
  const usedUsd = purse.usage.costUsd + held.reduce((sum, each) => sum + (each.costUsd ?? 0), 0);
  const { budget } = purse;
  if (budget.tokens !== undefined && usedTokens + tokens > budget.tokens) {
    throw refusal(
      purse,
      `${purse.name} has used or holds ${usedTokens} of ${budget.tokens} tokens and the call may need ${tokens}`,
      purse.usage.inputTokens + purse.usage.outputTokens + tokens <= budget.tokens,
    );
  }
  if (budget.costUsd === undefined) return;
  if (costUsd === null)
    throw new FusionError(
      'budget_exceeded',
      `${purse.name} has a budget in US dollars and the price of this model is not known`,
    );
  if (usedUsd + costUsd > budget.costUsd) {
    throw refusal(
      purse,
      `${purse.name} has used or holds $${usedUsd.toFixed(4)} of $${budget.costUsd} and the call may cost $${costUsd.toFixed(4)}`,
      purse.usage.costUsd + costUsd <= budget.costUsd,
    );
  }
}

export const budgetRules: Rules<'budget.reserve' | 'budget.settle'> = {
  'budget.reserve'(world, { reservationId, caller, tokens, costUsd }, at) {
    open(world, caller);
    for (const purse of purses(world, caller, at)) afford(world, purse, tokens, costUsd);
    return [{ type: 'budget.reserved', v: 1, ...caller, reservationId, tokens, costUsd }];
  },

  /** Money that is spent is spent: a settlement is taken from a stale dispatch too, once. */
  'budget.settle'(world, { reservationId, caller, settlement }) {
    const reservation = world.get('reservations', reservationId);
    if (!reservation) return [];
    if (reservation.dispatchId !== caller.dispatchId)
      throw new FusionError(
        'dispatch_stale',
        `reservation ${reservationId} was not made by dispatch ${caller.dispatchId}`,
      );
    return [{ type: 'model.called', v: 1, ...caller, reservationId, ...settlement }];
  },
};
