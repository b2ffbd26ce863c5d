import { parsedJson } from '@fusion-kit/domain/parsed-json';
import * as z from 'zod';
import { gemini as geminiFormat } from '../../wires/gemini.ts';
import type { Message } from '../conversation.ts';
import { offeredTool } from '../offered.ts';
import { wordsOf, type Dialect } from './dialect.ts';

const Part = z.looseObject({
  text: z.string().optional(),
  functionCall: z.unknown().optional(),
  functionResponse: z.looseObject({ response: z.looseObject({ content: z.unknown().optional() }) }).optional(),
});
const Declaration = z.looseObject({
  name: z.string(),
  parametersJsonSchema: z.unknown().optional(),
  parameters: z.unknown().optional(),
});
const Request = z.looseObject({
  contents: z.array(z.looseObject({ role: z.string().default('user'), parts: z.array(Part) })),
  tools: z.array(z.looseObject({ functionDeclarations: z.array(Declaration).default([]) })).default([]),
  generationConfig: z
    .looseObject({
      responseMimeType: z.string().optional(),
      responseJsonSchema: z.unknown().optional(),
      responseSchema: z.unknown().optional(),
    })
    .default({}),
});

const WORD_OF_STATUS: Readonly<Record<number, string>> = {
  400: 'INVALID_ARGUMENT',
  401: 'UNAUTHENTICATED',
  403: 'PERMISSION_DENIED',
  404: 'NOT_FOUND',
  429: 'RESOURCE_EXHAUSTED',
  503: 'UNAVAILABLE',
};

/** Google's generateContent, whose streams are always events here. */
export const gemini: Dialect = {
  named: false,
  // Google's own client takes a comment for a piece of JSON.
  begin: '',
  end: '',
  read(body, path) {
    const request = Request.safeParse(body).data;
    const target = geminiFormat.target(path.replace(/^\/api/, ''));
    if (!request || target?.model === undefined) return undefined;
    const { responseMimeType, responseJsonSchema, responseSchema } = request.generationConfig;
    const wantsJson = responseMimeType === 'application/json';
    return {
      model: target.model,
      stream: target.stream === true,
      messages: request.contents.flatMap(turnsOf),
      tools: request.tools
        .flatMap(({ functionDeclarations }) => functionDeclarations)
        .map((one) => offeredTool(one.name, one.parametersJsonSchema ?? one.parameters)),
      answer: wantsJson ? (responseJsonSchema ?? responseSchema ?? { type: 'object' }) : undefined,
    };
  },
  write({ thought, model, inputTokens, outputTokens }) {
    const calls = thought.calls.map(({ name, arguments: args }) => ({
      functionCall: { name, args: parsedJson(args) },
    }));
    const usageMetadata = {
      promptTokenCount: inputTokens,
      candidatesTokenCount: outputTokens,
      totalTokenCount: inputTokens + outputTokens,
    };
    const chunk = (parts: readonly object[], finishReason?: string) => ({
      candidates: [{ index: 0, content: { role: 'model', parts }, ...(finishReason && { finishReason }) }],
      usageMetadata,
      modelVersion: model,
    });
    const words = wordsOf(thought.text).map((text) => ({ text }));
    return {
      whole: chunk([...(thought.text ? [{ text: thought.text }] : []), ...calls], 'STOP'),
      events: [...[...words, ...calls].map((part) => chunk([part])), chunk([{ text: '' }], 'STOP')],
    };
  },
  refusal: (status, message) => ({ error: { code: status, message, status: WORD_OF_STATUS[status] ?? 'INTERNAL' } }),
  broken: (message) => ({ error: { code: 503, message, status: 'UNAVAILABLE' } }),
};

function turnsOf({ role, parts }: z.infer<typeof Request>['contents'][number]): Message[] {
  const results = parts.flatMap(({ functionResponse }) => (functionResponse ? [functionResponse.response] : []));
  const calls = parts.flatMap(({ functionCall }) => (functionCall ? [functionCall] : []));
  const text = parts.map((part) => part.text ?? '').join('');
  return [
    ...results.map(({ content, ...others }) => ({
      role: 'tool',
      content: typeof content === 'string' ? content : JSON.stringify(content ?? others),
    })),
    ...(text || calls.length > 0
      ? [
          {
            role: role === 'model' ? 'assistant' : role,
            content: text,
            ...(calls.length > 0 && { tool_calls: calls }),
          },
        ]
      : []),
  ];
}
