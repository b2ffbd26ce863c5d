import * as z from 'zod';
import type { Agent } from './agent.ts';

const AtOnce = z.record(z.string().min(1).max(64), z.int().min(1).max(10_000));

/** How many agents of a runtime, and how many that call a provider, may be at work at once on this server. What is not named is not limited. */
export const Limits = z.strictObject({ runtime: AtOnce.default({}), provider: AtOnce.default({}) });
export type Limits = z.infer<typeof Limits>;

export const NO_LIMITS: Limits = { runtime: {}, provider: {} };

/** Names whose agents are counted against a limit. The provider is the one an agent calls in the end, whether it names it or not. */
export interface Counted {
  runtime: string;
  provider: string | undefined;
}

/** Agents at work, by what limits may name. */
export class LimitCounts {
  readonly #runtimes = new Map<string, number>();
  readonly #providers = new Map<string, number>();

  add({ runtime, provider }: Counted, change: 1 | -1): void {
    this.#runtimes.set(runtime, (this.#runtimes.get(runtime) ?? 0) + change);
    if (provider !== undefined) this.#providers.set(provider, (this.#providers.get(provider) ?? 0) + change);
  }

  /** Which limit keeps one more such agent from work, in words for a person; undefined when none does. `more` counts what is about to begin. */
  reached(limits: Limits, { runtime, provider }: Counted, more?: LimitCounts): string | undefined {
    const full = (counts: 'runtime' | 'provider', name: string): boolean => {
      const limit = limits[counts][name];
      return limit !== undefined && this.count(counts, name) + (more?.count(counts, name) ?? 0) >= limit;
    };
    if (full('runtime', runtime))
      return `of runtime ${runtime} no more than ${limits.runtime[runtime]} may be at work on this server`;
    if (provider !== undefined && full('provider', provider))
      return `no more than ${limits.provider[provider]} may call ${provider} at once on this server`;
    return undefined;
  }

  count(counts: 'runtime' | 'provider', name: string): number {
    return (counts === 'runtime' ? this.#runtimes : this.#providers).get(name) ?? 0;
  }
}

/** Who an agent calls, where it is not said otherwise: the provider that it names. */
export const namedProvider = ({ provider }: Pick<Agent, 'provider'>): string | undefined => provider;
