import { asFusionError, type FusionError } from '@fusion-kit/domain/errors';
import type { Model } from '@fusion-kit/domain/ports/upstream';
import type { Clock } from './clock.ts';
import { remembered } from './remembered.ts';

const KEPT_MS = 3_600_000;
const FAILURE_KEPT_MS = 30_000;

/** How a provider lists its models: where, and how to read it. */
export interface Listing {
  /** Below the provider's base URL. */
  path: string;
  read(json: unknown): Model[];
}

/** What the provider offers, asked for once an hour. */
export interface Catalogue {
  /** @throws {FusionError} `provider_*` */
  models(): Promise<Model[]>;
  /** Never rejects. `listed` undefined: the list is not known. */
  find(model: string): Promise<{ model: Model | undefined; listed: boolean | undefined }>;
}

export function catalogue(get: (path: string) => Promise<unknown>, listing: Listing, clock: Clock): Catalogue {
  const load = async (): Promise<{ models: Model[] } | { failure: FusionError }> => {
    try {
      return { models: listing.read(await get(listing.path)) };
    } catch (error) {
      return { failure: asFusionError(error) };
    }
  };
  const list = remembered(clock, load, (answer) => ('models' in answer ? KEPT_MS : FAILURE_KEPT_MS));

  return {
    async models() {
      const answer = await list();
      if ('failure' in answer) throw answer.failure;
      return answer.models;
    },
    async find(id) {
      const answer = await list();
      if ('failure' in answer) return { model: undefined, listed: undefined };
      // `vendor/model:variant` routes the same model differently; few variants are listed themselves.
      const named = answer.models.find((model) => model.id === id);
      const model = named ?? answer.models.find((candidate) => candidate.id === id.replace(/:[^:/]*$/, ''));
      return { model, listed: model !== undefined };
    },
  };
}
