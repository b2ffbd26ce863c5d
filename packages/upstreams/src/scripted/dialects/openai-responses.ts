import { randomUUID } from 'node:crypto';
import * as z from 'zod';
import { Content, type Message } from '../conversation.ts';
import { offeredTool, type OfferedTool } from '../offered.ts';
import { ALIVE, argumentPieces, wordsOf, type Dialect } from './dialect.ts';

const Item = z.looseObject({
  type: z.string().optional(),
  role: z.string().optional(),
  content: Content,
  output: Content,
});
const Tool = z.looseObject({ type: z.string(), name: z.string().optional(), parameters: z.unknown().optional() });
const Request = z.looseObject({
  model: z.string().default('scripted/coder'),
  stream: z.boolean().nullish(),
  input: z.union([z.string(), z.array(Item)]),
  tools: z.array(Tool.extend({ tools: z.array(Tool).optional() })).default([]),
  text: z.looseObject({ format: z.looseObject({ schema: z.unknown().optional() }).nullish() }).nullish(),
});

/** Those of an MCP server come together under its name. */
const offeredOf = ({ type, name, parameters, tools = [] }: z.infer<typeof Request>['tools'][number]): OfferedTool[] =>
  type === 'namespace'
    ? tools.map((tool) => offeredTool(tool.name ?? '', tool.parameters, name))
    : [offeredTool(name ?? type, parameters)];

/** OpenAI's responses. */
export const openAiResponses: Dialect = {
  named: true,
  begin: ALIVE,
  end: '',
  read(body) {
    const request = Request.safeParse(body).data;
    if (!request) return undefined;
    const { model, stream, input, tools, text } = request;
    const items = typeof input === 'string' ? [{ role: 'user', content: input }] : input;
    return {
      model,
      stream: stream === true,
      messages: turnsOf(items),
      tools: tools.flatMap(offeredOf),
      answer: text?.format?.schema,
    };
  },
  write({ thought, model, inputTokens, outputTokens, costUsd }) {
    const usage = {
      input_tokens: inputTokens,
      input_tokens_details: { cached_tokens: 0 },
      output_tokens: outputTokens,
      output_tokens_details: { reasoning_tokens: 0 },
      total_tokens: inputTokens + outputTokens,
      ...(costUsd !== undefined && { cost: costUsd }),
    };
    const created = Math.floor(Date.now() / 1000);
    const base = { id: `resp_${randomUUID()}`, object: 'response', created_at: created, model, error: null };
    const events: Record<string, unknown>[] = [
      { type: 'response.created', response: { ...base, status: 'in_progress', output: [], usage: null } },
    ];
    const output: Record<string, unknown>[] = [];
    const spoken = thought.text || thought.calls.length === 0;
    for (const words of spoken ? [thought.text] : []) {
      const place = { output_index: 0, item_id: `msg_${randomUUID()}` };
      const message = { type: 'message', id: place.item_id, role: 'assistant' };
      const item = {
        ...message,
        status: 'completed',
        content: [{ type: 'output_text', text: words, annotations: [] }],
      };
      events.push({
        type: 'response.output_item.added',
        ...place,
        item: { ...message, status: 'in_progress', content: [] },
      });
      for (const delta of wordsOf(words))
        events.push({ type: 'response.output_text.delta', ...place, content_index: 0, delta });
      events.push({ type: 'response.output_item.done', ...place, item });
      output.push(item);
    }
    for (const call of thought.calls) {
      const place = { output_index: output.length, item_id: `fc_${randomUUID()}` };
      const item = {
        type: 'function_call',
        id: place.item_id,
        call_id: `call_${randomUUID().slice(0, 12)}`,
        name: call.name,
        ...(call.namespace !== undefined && { namespace: call.namespace }),
        arguments: call.arguments,
        status: 'completed',
      };
      events.push({
        type: 'response.output_item.added',
        ...place,
        item: { ...item, arguments: '', status: 'in_progress' },
      });
      for (const delta of argumentPieces(call.arguments))
        events.push({ type: 'response.function_call_arguments.delta', ...place, delta });
      events.push({ type: 'response.function_call_arguments.done', ...place, arguments: call.arguments });
      events.push({ type: 'response.output_item.done', ...place, item });
      output.push(item);
    }
    const whole = { ...base, status: 'completed', incomplete_details: null, output, usage };
    const all = [...events, { type: 'response.completed', response: whole }];
    return { whole, events: all.map((event, number) => ({ ...event, sequence_number: number })) };
  },
  refusal: (status, message) => ({ error: { code: null, type: 'scripted', message, status: String(status) } }),
  broken: (message) => ({ type: 'error', code: 'server_error', message, param: null, sequence_number: 99 }),
};

/** Calls of one answer are items in a row. */
function turnsOf(items: readonly z.infer<typeof Item>[]): Message[] {
  const turns: Message[] = [];
  for (const [at, item] of items.entries()) {
    if (item.type === 'function_call') {
      const last = turns.at(-1);
      if (items[at - 1]?.type === 'function_call' && last?.tool_calls) last.tool_calls.push(item);
      else turns.push({ role: 'assistant', tool_calls: [item] });
    } else if (item.type === 'function_call_output') turns.push({ role: 'tool', content: item.output });
    else if (item.role !== undefined) turns.push({ role: item.role, content: item.content });
  }
  return turns;
}
