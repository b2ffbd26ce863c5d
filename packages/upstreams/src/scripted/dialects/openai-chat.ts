import { randomUUID } from 'node:crypto';
import { CompletionRequest } from '../conversation.ts';
import { offeredTool } from '../offered.ts';
import { ALIVE, argumentPieces, wordsOf, type Dialect, type Frame } from './dialect.ts';

const baseOf = (model: string) => ({
  id: `gen-${randomUUID()}`,
  created: Math.floor(Date.now() / 1000),
  model,
  provider: 'Scripted',
});

/** OpenRouter's chat completions. */
export const openAiChat: Dialect = {
  named: false,
  begin: ALIVE,
  end: 'data: [DONE]\n\n',
  read(body) {
    const request = CompletionRequest.safeParse(body).data;
    if (!request) return undefined;
    const { model, messages, stream, tools, response_format: wanted } = request;
    return {
      model,
      messages,
      stream: stream === true,
      tools: tools.map(({ function: { name, parameters } }) => offeredTool(name, parameters)),
      answer: wanted?.json_schema?.schema ?? (wanted?.type === 'json_object' ? { type: 'object' } : undefined),
    };
  },
  write(frame) {
    const { thought, model } = frame;
    const base = baseOf(model);
    const usage = usageOf(frame);
    const calls = thought.calls.map((call) => ({
      id: `call_${randomUUID().slice(0, 12)}`,
      type: 'function' as const,
      function: { name: call.name, arguments: call.arguments },
    }));
    const finish_reason = calls.length > 0 ? 'tool_calls' : 'stop';

    const chunk = (delta: Record<string, unknown>, reason: string | null = null) => ({
      ...base,
      object: 'chat.completion.chunk',
      choices: [{ index: 0, delta, finish_reason: reason }],
    });
    const events = [
      chunk({ role: 'assistant', content: '' }),
      ...wordsOf(thought.text).map((content) => chunk({ content })),
      ...calls.flatMap(({ id, type, function: { name, arguments: all } }, index) => [
        chunk({ tool_calls: [{ index, id, type, function: { name, arguments: '' } }] }),
        ...argumentPieces(all).map((part) => chunk({ tool_calls: [{ index, function: { arguments: part } }] })),
      ]),
      chunk({}, finish_reason),
      { ...base, object: 'chat.completion.chunk', choices: [], usage },
    ];
    const message = {
      role: 'assistant',
      content: thought.text || null,
      ...(calls.length > 0 && { tool_calls: calls }),
    };
    const whole = { ...base, object: 'chat.completion', choices: [{ index: 0, finish_reason, message }], usage };
    return { whole, events };
  },
  refusal: (status, message) => ({ error: { code: status, message } }),
  broken: (message) => ({
    ...baseOf('scripted/coder'),
    object: 'chat.completion.chunk',
    error: { code: 502, message },
    choices: [{ index: 0, delta: {}, finish_reason: 'error' }],
  }),
};

const usageOf = ({ inputTokens, outputTokens, costUsd }: Frame) => ({
  prompt_tokens: inputTokens,
  completion_tokens: outputTokens,
  total_tokens: inputTokens + outputTokens,
  ...(costUsd !== undefined && { cost: costUsd, is_byok: false }),
});
