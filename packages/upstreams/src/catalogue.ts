import { asFusionError, type FusionError } from '@fusion-kit/domain/errors';
import type { Model } from '@fusion-kit/domain/ports/upstream';
import * as z from 'zod';
import type { Clock } from './clock.ts';
import { remembered } from './remembered.ts';

const KEPT_MS = 3_600_000;
const FAILURE_KEPT_MS = 30_000;

/** Prices are decimal texts in US dollars per token; OpenRouter's router models say -1, meaning that it depends. */
const price = z.coerce.number().nonnegative().nullable().catch(null);
/** `GET /models`: everything but the id is OpenRouter's addition to OpenAI's list. */
const ModelList = z.object({
  data: z.array(
    z.object({
      id: z.string(),
      name: z.string().optional().catch(undefined),
      context_length: z.int().positive().nullish().catch(undefined),
      pricing: z.object({ prompt: price, completion: price }).nullish().catch(undefined),
    }),
  ),
});

/** What the provider offers, asked for once an hour. */
export interface Catalogue {
  /** @throws {FusionError} `provider_*` */
  models(): Promise<Model[]>;
  /** Never rejects. `listed` undefined: the list is not known. */
  find(model: string): Promise<{ model: Model | undefined; listed: boolean | undefined }>;
}

export function catalogue(get: (path: string) => Promise<unknown>, clock: Clock): Catalogue {
  const load = async (): Promise<{ models: Model[] } | { failure: FusionError }> => {
    try {
      return { models: modelsIn(await get('/models')) };
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

const modelsIn = (json: unknown): Model[] =>
  (ModelList.safeParse(json).data?.data ?? []).map(({ id, name, context_length: contextTokens, pricing }) => ({
    id,
    name: name ?? id,
    contextTokens: contextTokens ?? null,
    inputUsd: pricing?.prompt ?? null,
    outputUsd: pricing?.completion ?? null,
  }));
