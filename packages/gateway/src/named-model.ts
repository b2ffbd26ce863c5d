import { FusionError } from '@fusion-kit/domain/errors';
import { parsedJson } from '@fusion-kit/domain/parsed-json';
import * as z from 'zod';

const Asked = z.looseObject({ model: z.string().optional() });

/**
 * The body of a request with the model that is to answer it: `model`, where there is one, else the one it names itself.
 *
 * @param inBody false where the path names it
 * @throws {FusionError} `bad_request`
 */
export function namedModel(text: string, model: string | undefined, inBody: boolean): { text: string; model?: string } {
  const body = Asked.safeParse(parsedJson(text)).data;
  if (!body) throw new FusionError('bad_request', 'the body has to be a JSON object that asks a model');
  if (!inBody) return { text };
  const answers = model ?? body.model;
  // As it came where nothing changes: what was not taken apart cannot be put together differently.
  const unchanged = answers === body.model;
  return { text: unchanged ? text : JSON.stringify({ ...body, model: answers }), ...(answers && { model: answers }) };
}
