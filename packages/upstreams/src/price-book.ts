import { setTimeout as after } from 'node:timers/promises';
import type { Model } from '@fusion-kit/domain/ports/upstream';
import type { Prices } from './usage.ts';

/** How long a call waits for a list of prices that is not its provider's own. */
const WAIT_MS = 2_000;

/**
 * What a vendor's own models cost, by the list of OpenRouter, which names them `vendor/model` with the vendor's prices. Undefined where they are not
 * listed or the list cannot be had: then a budget in dollars refuses.
 */
export const priceBook =
  (models: () => Promise<Model[]>, vendor: string) =>
  async (model: string): Promise<Prices | undefined> => {
    const waited = new AbortController();
    const tooLong = after(WAIT_MS, [], { signal: waited.signal, ref: false }).catch(() => []);
    const listed = await Promise.race([models().catch(() => []), tooLong]);
    waited.abort();
    const name = nameOf(`${vendor}/${model}`);
    return listed.find(({ id, inputUsd }) => inputUsd !== null && nameOf(id) === name);
  };

/** The same model goes by `claude-sonnet-4.5` here, by `claude-sonnet-4-5-20250929` there. */
const nameOf = (id: string) =>
  id
    .toLowerCase()
    .replaceAll('.', '-')
    .replace(/-(?:20\d{2}-?\d{2}-?\d{2}|latest)$/, '');
