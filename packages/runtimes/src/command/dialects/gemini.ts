import * as z from 'zod';
import type { ReadLine } from './dialect.ts';

const count = z.int().nonnegative().catch(0);
const Failure = z.object({ message: z.string() });
const Line = z.discriminatedUnion('type', [
  z.object({ type: z.literal('init'), session_id: z.string() }),
  z.object({ type: z.literal('message'), role: z.string(), content: z.string(), delta: z.boolean().optional() }),
  z.object({
    type: z.literal('tool_use'),
    tool_id: z.string(),
    tool_name: z.string(),
    parameters: z.unknown().optional(),
  }),
  z.object({
    type: z.literal('tool_result'),
    tool_id: z.string(),
    status: z.string(),
    output: z.string().optional(),
    error: Failure.optional(),
  }),
  z.object({
    type: z.literal('result'),
    status: z.string(),
    error: Failure.optional(),
    stats: z.object({ input_tokens: count, output_tokens: count }).optional(),
  }),
]);

/** `gemini -o stream-json`. */
export const readGemini: ReadLine = (line) => {
  const { data } = Line.safeParse(line);
  switch (data?.type) {
    case 'init':
      return [{ says: 'session', session: data.session_id }];
    case 'message':
      return data.role === 'assistant'
        ? [{ says: 'text', text: data.content, ...(data.delta && { piece: true }) }]
        : [];
    case 'tool_use':
      return [{ says: 'call', id: data.tool_id, tool: data.tool_name, input: data.parameters }];
    case 'tool_result': {
      const output = data.output ?? data.error?.message ?? '';
      return [{ says: 'result', id: data.tool_id, output, isError: data.status !== 'success' }];
    }
    case 'result':
      return [
        ...(data.stats
          ? [
              {
                says: 'usage' as const,
                inputTokens: data.stats.input_tokens,
                outputTokens: data.stats.output_tokens,
                costUsd: null,
              },
            ]
          : []),
        ...(data.status === 'success'
          ? []
          : [{ says: 'failure' as const, message: data.error?.message ?? 'it gave no reason' }]),
      ];
    case undefined:
      return [];
  }
};
