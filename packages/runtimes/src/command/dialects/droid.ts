import * as z from 'zod';
import type { ReadLine } from './dialect.ts';

const count = z.int().nonnegative().catch(0);
const Line = z.discriminatedUnion('type', [
  z.object({ type: z.literal('system'), subtype: z.literal('init'), session_id: z.string() }),
  z.object({ type: z.literal('message'), role: z.string(), text: z.string() }),
  z.object({ type: z.literal('tool_call'), id: z.string(), toolName: z.string(), parameters: z.unknown().optional() }),
  z.object({ type: z.literal('tool_result'), id: z.string(), isError: z.boolean(), value: z.unknown().optional() }),
  z.object({
    type: z.literal('completion'),
    usage: z
      .object({ input_tokens: count, output_tokens: count, cache_read_input_tokens: count.optional() })
      .optional(),
  }),
  z.object({ type: z.literal('error'), message: z.string() }),
]);

/** `droid exec -o stream-json`. */
export const readDroid: ReadLine = (line) => {
  const { data } = Line.safeParse(line);
  switch (data?.type) {
    case 'system':
      return [{ says: 'session', session: data.session_id }];
    case 'message':
      return data.role === 'assistant' ? [{ says: 'text', text: data.text }] : [];
    case 'tool_call':
      return [{ says: 'call', id: data.id, tool: data.toolName, input: data.parameters }];
    case 'tool_result': {
      const { id, isError, value } = data;
      const output = typeof value === 'string' ? value : (JSON.stringify(value) ?? '');
      return [{ says: 'result', id, output, isError }];
    }
    case 'completion': {
      const {
        input_tokens: input = 0,
        output_tokens: outputTokens = 0,
        cache_read_input_tokens: cached = 0,
      } = data.usage ?? {};
      return data.usage ? [{ says: 'usage', inputTokens: input + cached, outputTokens, costUsd: null }] : [];
    }
    case 'error':
      return [{ says: 'failure', message: data.message }];
    case undefined:
      return [];
  }
};
