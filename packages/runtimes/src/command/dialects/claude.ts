import * as z from 'zod';
import type { ReadLine, Said } from './dialect.ts';

const count = z.int().nonnegative().catch(0);
const Block = z.discriminatedUnion('type', [
  z.object({ type: z.literal('text'), text: z.string() }),
  z.object({ type: z.literal('tool_use'), id: z.string(), name: z.string(), input: z.unknown().optional() }),
  z.object({
    type: z.literal('tool_result'),
    tool_use_id: z.string(),
    content: z.union([z.string(), z.array(z.looseObject({ text: z.string().optional() }))]).optional(),
    is_error: z.boolean().nullish(),
  }),
]);
const Line = z.discriminatedUnion('type', [
  z.object({ type: z.literal('system'), subtype: z.literal('init'), session_id: z.string() }),
  z.object({ type: z.enum(['assistant', 'user']), message: z.object({ content: z.array(z.unknown()) }) }),
  z.object({
    type: z.literal('result'),
    is_error: z.boolean().catch(false),
    subtype: z.string().catch(''),
    result: z.string().optional(),
    errors: z.array(z.string()).optional(),
    total_cost_usd: z.number().nonnegative().optional(),
    usage: z
      .object({
        input_tokens: count,
        output_tokens: count,
        cache_read_input_tokens: count.optional(),
        cache_creation_input_tokens: count.optional(),
      })
      .optional(),
  }),
]);

/** `claude -p --output-format stream-json`, which Qwen Code speaks as well. */
export const readClaude: ReadLine = (line) => {
  const { data } = Line.safeParse(line);
  if (!data) return [];
  if (data.type === 'system') return [{ says: 'session', session: data.session_id }];
  if (data.type === 'result') return ended(data);
  return data.message.content.flatMap((block) => blockSaid(block, data.type));
};

function blockSaid(given: unknown, role: 'assistant' | 'user'): Said[] {
  const { data: block } = Block.safeParse(given);
  switch (block?.type) {
    case 'text': // of the user: what it was asked
      return role === 'assistant' ? [{ says: 'text', text: block.text }] : [];
    case 'tool_use':
      return [{ says: 'call', id: block.id, tool: block.name, input: block.input }];
    case 'tool_result': {
      const { content = '' } = block;
      const output = typeof content === 'string' ? content : content.map(({ text = '' }) => text).join('\n');
      return [{ says: 'result', id: block.tool_use_id, output, isError: block.is_error === true }];
    }
    case undefined:
      return [];
  }
}

function ended({ usage, total_cost_usd: costUsd, ...end }: Extract<z.infer<typeof Line>, { type: 'result' }>): Said[] {
  const said: Said[] = [];
  if (usage) {
    const cached = (usage.cache_read_input_tokens ?? 0) + (usage.cache_creation_input_tokens ?? 0);
    said.push({
      says: 'usage',
      inputTokens: usage.input_tokens + cached,
      outputTokens: usage.output_tokens,
      costUsd: costUsd ?? null,
    });
  }
  if (end.is_error)
    said.push({ says: 'failure', message: end.errors?.join('; ') || end.result || end.subtype || 'it gave no reason' });
  return said;
}
