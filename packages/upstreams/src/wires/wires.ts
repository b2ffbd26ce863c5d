import type { Upstream, Wire } from '@fusion-kit/domain/ports/upstream';
import { anthropicMessages } from './anthropic-messages.ts';
import { gemini } from './gemini.ts';
import { openAiChat } from './openai-chat.ts';
import { openAiResponses } from './openai-responses.ts';
import type { Target, WireFormat } from './wire-format.ts';

export const WIRES: Record<Wire, WireFormat> = {
  'openai-chat': openAiChat,
  'openai-responses': openAiResponses,
  'anthropic-messages': anthropicMessages,
  gemini,
};

/** A request for a provider: in which format, and where below that format's base URL. */
export interface Addressed {
  wire: Wire;
  base: string;
  /** Below `base`, without the query. */
  path: string;
  target: Target;
}

/** Which of a provider's wires an address is of; undefined for any other address, at the same host too. Pure. */
export function addressed(url: URL, wires: Upstream['wires']): Addressed | undefined {
  const whole = url.origin + url.pathname;
  for (const [name, base] of Object.entries(wires)) {
    const wire = name as Wire;
    if (!whole.startsWith(`${base}/`)) continue;
    const path = whole.slice(base.length);
    const target = WIRES[wire].target(path);
    if (target) return { wire, base, path, target };
  }
  return undefined;
}
