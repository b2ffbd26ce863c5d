import { randomUUID } from 'node:crypto';
import { parsedJson } from '@fusion-kit/domain/parsed-json';
import * as z from 'zod';
import { Content, textOf, type Message } from '../conversation.ts';
import { offeredTool } from '../offered.ts';
import { ALIVE, argumentPieces, wordsOf, type Dialect } from './dialect.ts';

const Part = z.looseObject({ type: z.string(), text: z.string().optional(), content: Content });
const Request = z.looseObject({
  model: z.string(),
  stream: z.boolean().nullish(),
  max_tokens: z.int().positive(),
  messages: z.array(z.looseObject({ role: z.string(), content: z.union([z.string(), z.array(Part)]) })),
  tools: z.array(z.looseObject({ name: z.string(), input_schema: z.unknown().optional() })).default([]),
  output_config: z.looseObject({ format: z.looseObject({ schema: z.unknown().optional() }).nullish() }).nullish(),
});

const TYPE_OF_STATUS: Readonly<Record<number, string>> = {
  400: 'invalid_request_error',
  401: 'authentication_error',
  402: 'billing_error',
  403: 'permission_error',
  404: 'not_found_error',
  429: 'rate_limit_error',
  529: 'overloaded_error',
};

/** Anthropic's messages. */
export const anthropicMessages: Dialect = {
  named: true,
  begin: ALIVE,
  end: '',
  read(body) {
    const request = Request.safeParse(body).data;
    if (!request) return undefined;
    const { model, stream, messages, tools, output_config: wanted } = request;
    return {
      model,
      stream: stream === true,
      messages: messages.flatMap(turnsOf),
      tools: tools.map(({ name, input_schema: schema }) => offeredTool(name, schema)),
      answer: wanted?.format?.schema,
    };
  },
  write({ thought, model, inputTokens, outputTokens, costUsd }) {
    const content = [
      ...(thought.text ? [{ type: 'text', text: thought.text }] : []),
      ...thought.calls.map((call) => ({
        type: 'tool_use',
        id: `toolu_${randomUUID().slice(0, 12)}`,
        name: call.name,
        input: parsedJson(call.arguments),
      })),
    ];
    const message = { id: `msg_${randomUUID()}`, type: 'message', role: 'assistant', model, stop_sequence: null };
    const stop_reason = thought.calls.length > 0 ? 'tool_use' : 'end_turn';
    const usage = { input_tokens: inputTokens, output_tokens: outputTokens };
    const costs = costUsd === undefined ? {} : { cost: costUsd };
    const started = { ...message, content: [], stop_reason: null, usage: { ...usage, output_tokens: 1 } };
    const events = [
      { type: 'message_start', message: started },
      ...content.flatMap((block, index) => [
        {
          type: 'content_block_start',
          index,
          content_block: block.type === 'text' ? { type: 'text', text: '' } : { ...block, input: {} },
        },
        ...deltasOf(block).map((delta) => ({ type: 'content_block_delta', index, delta })),
        { type: 'content_block_stop', index },
      ]),
      {
        type: 'message_delta',
        delta: { stop_reason, stop_sequence: null },
        usage: { output_tokens: outputTokens, ...costs },
      },
      { type: 'message_stop' },
    ];
    return { whole: { ...message, content, stop_reason, usage: { ...usage, ...costs } }, events };
  },
  refusal: (status, message) => ({ type: 'error', error: { type: TYPE_OF_STATUS[status] ?? 'api_error', message } }),
  broken: (message) => ({ type: 'error', error: { type: 'overloaded_error', message } }),
};

const deltasOf = (block: { type: string } & ({ text: string } | { input: unknown })) =>
  'text' in block
    ? wordsOf(block.text).map((text) => ({ type: 'text_delta', text }))
    : argumentPieces(JSON.stringify(block.input)).map((part) => ({ type: 'input_json_delta', partial_json: part }));

/** Results of tools are parts of a user's message. */
function turnsOf({ role, content }: z.infer<typeof Request>['messages'][number]): Message[] {
  if (typeof content === 'string') return [{ role, content }];
  const results = content.filter(({ type }) => type === 'tool_result');
  const calls = content.filter(({ type }) => type === 'tool_use');
  const text = content.flatMap((part) => (part.type === 'text' ? [part.text ?? ''] : [])).join('\n');
  return [
    ...results.map((part) => ({ role: 'tool', content: textOf({ role, content: part.content }) })),
    ...(text || calls.length > 0 ? [{ role, content: text, ...(calls.length > 0 && { tool_calls: calls }) }] : []),
  ];
}
