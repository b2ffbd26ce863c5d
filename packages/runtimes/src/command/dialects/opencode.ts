import * as z from 'zod';
import type { ReadLine } from './dialect.ts';

const count = z.int().nonnegative().catch(0);
const State = z.looseObject({
  status: z.string(),
  input: z.unknown().optional(),
  output: z.unknown().optional(),
  error: z.unknown().optional(),
});
const Line = z.discriminatedUnion('type', [
  z.object({ type: z.literal('step_start'), sessionID: z.string() }),
  z.object({ type: z.literal('text'), part: z.object({ text: z.string() }) }),
  z.object({ type: z.literal('tool_use'), part: z.object({ tool: z.string(), callID: z.string(), state: State }) }),
  z.object({
    type: z.literal('step_finish'),
    part: z.object({
      tokens: z.object({ input: count, output: count, reasoning: count.optional() }),
      cost: z.number().nonnegative().optional(),
    }),
  }),
  z.object({
    type: z.literal('error'),
    error: z.looseObject({ name: z.string().optional(), data: z.unknown().optional() }),
  }),
]);

/** `opencode run --format json`: it tells of a call when that is over. */
export const readOpencode: ReadLine = (line) => {
  const { data } = Line.safeParse(line);
  switch (data?.type) {
    case 'step_start':
      return [{ says: 'session', session: data.sessionID }];
    case 'text':
      return [{ says: 'text', text: data.part.text }];
    case 'tool_use': {
      const { callID: id, tool, state } = data.part;
      const { input, status, output, error } = state;
      return [
        { says: 'call', id, tool, input },
        { says: 'result', id, output: textOf(output ?? error), isError: status === 'error' },
      ];
    }
    case 'step_finish': {
      const { tokens, cost } = data.part;
      const outputTokens = tokens.output + (tokens.reasoning ?? 0);
      return [{ says: 'usage', inputTokens: tokens.input, outputTokens, costUsd: cost ?? null }];
    }
    case 'error':
      return [{ says: 'failure', message: textOf(Object(data.error.data)['message'] ?? data.error.name) }];
    case undefined:
      return [];
  }
};

const textOf = (value: unknown): string => (typeof value === 'string' ? value : (JSON.stringify(value) ?? ''));
