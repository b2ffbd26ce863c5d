import type { Upstream } from '@fusion-kit/domain/ports/upstream';

/** How many tokens a model can be sent, by its provider's list; undefined when that does not say, or cannot be had. Never rejects. */
export async function contextOf(upstream: Upstream, model: string): Promise<number | undefined> {
  const models = (await upstream.models?.().catch(() => undefined)) ?? [];
  // `vendor/model:variant` is the same model, routed differently; few variants are listed themselves.
  const plain = model.replace(/:[^:/]*$/, '');
  const listed = models.find(({ id }) => id === model) ?? models.find(({ id }) => id === plain);
  return listed?.contextTokens ?? undefined;
}
