import * as z from 'zod';

/** Words, whichever way a format writes them. */
export const Content = z
  .union([z.string(), z.array(z.looseObject({ text: z.string().optional() })), z.null()])
  .optional();
const Message = z.looseObject({
  role: z.string(),
  content: Content,
  tool_calls: z.array(z.unknown()).nullish(),
});

/** The request of a chat completion, as far as the scripted model looks at it. */
export const CompletionRequest = z.looseObject({
  model: z.string().default('scripted/coder'),
  stream: z.boolean().nullish(),
  messages: z.array(Message),
  tools: z
    .array(z.looseObject({ function: z.looseObject({ name: z.string(), parameters: z.unknown().optional() }) }))
    .default([]),
  response_format: z
    .looseObject({ type: z.string(), json_schema: z.looseObject({ schema: z.unknown().optional() }).optional() })
    .nullish(),
});
export type CompletionRequest = z.infer<typeof CompletionRequest>;
export type Message = z.infer<typeof Message>;

/** A message's words, whichever way its content is written. */
export function textOf(message: Message): string {
  if (typeof message.content === 'string') return message.content;
  return (message.content ?? []).map((part) => part.text ?? '').join('\n');
}
