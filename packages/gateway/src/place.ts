import type { Wire } from '@fusion-kit/domain/ports/upstream';

/** What a request asks for: an answer of a model, the number of tokens that a request would have, or which models there are. */
export interface Place {
  wire: Wire;
  asks: 'answer' | 'count' | 'models';
  method: 'GET' | 'POST';
  /** Below the base URL of the wire, where `model` is to be asked; bodies name the model where paths do not. */
  below(model: string): string;
  /** The model that the path names. */
  named?: string;
}

const POSTED: Readonly<Record<string, Omit<Place, 'method' | 'below'> & { path: string }>> = {
  '/v1/chat/completions': { wire: 'openai-chat', asks: 'answer', path: '/chat/completions' },
  '/v1/responses': { wire: 'openai-responses', asks: 'answer', path: '/responses' },
  '/v1/messages': { wire: 'anthropic-messages', asks: 'answer', path: '/v1/messages' },
  '/v1/messages/count_tokens': { wire: 'anthropic-messages', asks: 'count', path: '/v1/messages/count_tokens' },
};
const GEMINI = /^\/v1beta\/models\/(.+):(generateContent|streamGenerateContent|countTokens)$/;
const MODELS = /^\/(v1|v1beta)\/models(?:\/(.+))?$/;

/** Where a path leads; undefined where it leads nowhere. */
export function placeOf(path: string, headers: Headers): Place | undefined {
  if (Object.hasOwn(POSTED, path)) {
    const { path: below, ...place } = POSTED[path]!;
    return { ...place, method: 'POST', below: () => below };
  }
  const [, asked, verb] = GEMINI.exec(path) ?? [];
  if (asked !== undefined) {
    return {
      wire: 'gemini',
      asks: verb === 'countTokens' ? 'count' : 'answer',
      method: 'POST',
      named: decoded(asked),
      below: (model) => `/v1beta/models/${model.split('/').map(encodeURIComponent).join('/')}:${verb}`,
    };
  }
  const [, version, one] = MODELS.exec(path) ?? [];
  if (version === undefined) return undefined;
  const named = one === undefined ? {} : { named: decoded(one) };
  return { wire: wireOf(path, headers), asks: 'models', method: 'GET', below: () => path, ...named };
}

/** Whose way of telling errors and lists a client understands that asks for this path. */
export function wireOf(path: string, headers: Headers): Wire {
  if (path.startsWith('/v1beta/')) return 'gemini';
  if (path.startsWith('/v1/messages') || headers.has('anthropic-version')) return 'anthropic-messages';
  return path === '/v1/responses' ? 'openai-responses' : 'openai-chat';
}

/** As it stands where it is no percent-encoding. */
function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
