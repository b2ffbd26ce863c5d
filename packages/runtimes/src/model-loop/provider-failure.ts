import { FusionError } from '@fusion-kit/domain/errors';
import { APICallError } from 'ai';

/** The FusionError an endpoint's `fetch` threw, however deep the AI SDK has wrapped it. Pure. */
export function fusionErrorIn(thrown: unknown): FusionError | undefined {
  for (let error = thrown, depth = 0; error instanceof Error && depth < 10; error = error.cause, depth++)
    if (error instanceof FusionError) return error;
  return undefined;
}

/** Whether an answer had begun and broke off: the part of it is thrown away and it is asked for again, where what refuses to begin has been tried again already. Pure. */
export const brokeOff = ({ details }: FusionError): boolean => details?.['brokeOff'] === true;

/** Whether the same request will be refused again: the provider understood it and said no. Pure. */
export const isFinal = (thrown: unknown): boolean =>
  APICallError.isInstance(thrown) && !thrown.isRetryable && (thrown.statusCode ?? 0) >= 400;

/** What to say when a model's answer did not come, whatever the client threw or the stream contained. Pure. */
export function providerFailure(provider: string, model: string, thrown: unknown): FusionError {
  const status = APICallError.isInstance(thrown) ? thrown.statusCode : undefined;
  return new FusionError('provider_failed', `${provider} did not answer with ${model}: ${messageOf(thrown)}`, {
    cause: thrown,
    ...(status !== undefined && { details: { status } }),
  });
}

/** Error chunks inside a stream are plain objects: `{code, message}`. */
function messageOf(thrown: unknown): string {
  if (typeof thrown === 'string') return thrown;
  if (typeof thrown === 'object' && thrown !== null && 'message' in thrown) return String(thrown.message);
  return JSON.stringify(thrown) ?? String(thrown);
}
