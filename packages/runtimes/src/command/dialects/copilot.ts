import * as z from 'zod';
import type { ReadLine } from './dialect.ts';

const Call = z.object({ toolCallId: z.string() });
const Line = z.discriminatedUnion('type', [
  z.object({ type: z.literal('assistant.message'), data: z.object({ content: z.string() }) }),
  z.object({
    type: z.literal('tool.execution_start'),
    data: Call.extend({ toolName: z.string(), arguments: z.unknown().optional() }),
  }),
  z.object({
    type: z.literal('tool.execution_complete'),
    data: Call.extend({
      success: z.boolean(),
      result: z.object({ content: z.string() }).optional(),
      error: z.object({ message: z.string() }).optional(),
    }),
  }),
  z.object({ type: z.literal('session.error'), data: z.object({ message: z.string() }) }),
  z.object({ type: z.literal('result'), sessionId: z.string() }),
]);

/** `copilot -p --output-format json`: it does not say how many tokens it used. */
export const readCopilot: ReadLine = (line) => {
  const { data: said } = Line.safeParse(line);
  switch (said?.type) {
    case 'assistant.message':
      return said.data.content === '' ? [] : [{ says: 'text', text: said.data.content }];
    case 'tool.execution_start': {
      const { toolCallId: id, toolName: tool, arguments: input } = said.data;
      return [{ says: 'call', id, tool, input }];
    }
    case 'tool.execution_complete': {
      const { toolCallId: id, success, result, error } = said.data;
      return [{ says: 'result', id, output: result?.content ?? error?.message ?? '', isError: !success }];
    }
    case 'session.error':
      return [{ says: 'failure', message: said.data.message }];
    case 'result':
      return [{ says: 'session', session: said.sessionId }];
    case undefined:
      return [];
  }
};
