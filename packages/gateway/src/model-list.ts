import type { Wire } from '@fusion-kit/domain/ports/upstream';

/** The list of models, in which there is one: whichever a client asks for, this one answers. With `named` the entry alone. */
export function modelList(wire: Wire, model: string | undefined, named: string | undefined): Response {
  const entries = model === undefined ? [] : [entry(wire, model)];
  if (named !== undefined && entries[0]) return Response.json(entries[0]);
  if (wire === 'gemini') return Response.json({ models: entries });
  if (wire === 'anthropic-messages')
    return Response.json({ data: entries, has_more: false, first_id: model ?? null, last_id: model ?? null });
  return Response.json({ object: 'list', data: entries });
}

/** When it was made is not known; clients want a date. */
const MADE_AT_S = 0;

function entry(wire: Wire, model: string): object {
  if (wire === 'gemini')
    return {
      name: `models/${model}`,
      displayName: model,
      supportedGenerationMethods: ['generateContent', 'streamGenerateContent', 'countTokens'],
    };
  if (wire === 'anthropic-messages')
    return { type: 'model', id: model, display_name: model, created_at: new Date(MADE_AT_S * 1_000).toISOString() };
  return { id: model, object: 'model', created: MADE_AT_S, owned_by: 'fusion-kit' };
}
