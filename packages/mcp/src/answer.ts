import type { CallToolResult } from '@modelcontextprotocol/server';
import { asFusionError } from '@fusion-kit/domain/errors';

/** What a tool answers: words as they are, anything else as JSON. */
export const answer = (value: unknown): CallToolResult => ({
  content: [{ type: 'text', text: typeof value === 'string' ? value : JSON.stringify(value, undefined, 2) }],
});

/** A refusal as the model reads it: what is wrong, and what helps. */
export function refusal(thrown: unknown): CallToolResult {
  const { code, message, remedy } = asFusionError(thrown);
  return { isError: true, content: [{ type: 'text', text: `${message} (${code})\n${remedy}` }] };
}
