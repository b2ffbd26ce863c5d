import * as z from 'zod';
import type { ReadLine, Said } from './dialect.ts';

const count = z.int().nonnegative().catch(0);
const Item = z.looseObject({ id: z.string(), type: z.string() });
const Line = z.discriminatedUnion('type', [
  z.object({ type: z.literal('thread.started'), thread_id: z.string() }),
  z.object({ type: z.enum(['item.started', 'item.completed']), item: Item }),
  z.object({ type: z.literal('turn.completed'), usage: z.object({ input_tokens: count, output_tokens: count }) }),
  z.object({ type: z.literal('turn.failed'), error: z.object({ message: z.string() }) }),
]);

/** `codex exec --json`. */
export const readCodex: ReadLine = (line) => {
  const { data } = Line.safeParse(line);
  switch (data?.type) {
    case 'thread.started':
      return [{ says: 'session', session: data.thread_id }];
    case 'item.started':
      return isTool(data.item) ? [called(data.item)] : [];
    case 'item.completed':
      return completed(data.item);
    case 'turn.completed': {
      const { input_tokens: inputTokens, output_tokens: outputTokens } = data.usage;
      return [{ says: 'usage', inputTokens, outputTokens, costUsd: null }];
    }
    case 'turn.failed':
      return [{ says: 'failure', message: data.error.message }];
    case undefined:
      return [];
  }
};

type Item = z.infer<typeof Item>;

const TOOLS: readonly string[] = ['command_execution', 'file_change', 'mcp_tool_call', 'web_search'];
const isTool = ({ type }: Item): boolean => TOOLS.includes(type);

function completed(item: Item): Said[] {
  if (item.type === 'agent_message') return [{ says: 'text', text: textOf(item['text']) }];
  if (!isTool(item)) return [];
  const { exit_code: code, status } = item;
  const isError = status === 'failed' || status === 'declined' || (typeof code === 'number' && code !== 0);
  // Some items are told of only when they are done.
  return [called(item), { says: 'result', id: item.id, output: outputOf(item), isError }];
}

function called(item: Item): Said {
  const { id, type } = item;
  switch (type) {
    case 'command_execution':
      return { says: 'call', id, tool: 'shell', input: { command: item['command'] } };
    case 'mcp_tool_call':
      return { says: 'call', id, tool: textOf(item['tool']) || 'mcp', input: item['arguments'] ?? {} };
    case 'web_search':
      return { says: 'call', id, tool: type, input: { query: item['query'] } };
    default:
      return { says: 'call', id, tool: type, input: { changes: item['changes'] } };
  }
}

function outputOf(item: Item): string {
  const { aggregated_output: printed, result, error, changes, exit_code: code } = item;
  if (typeof printed === 'string') return typeof code === 'number' ? `exit code ${code}\n${printed}` : printed;
  return textOf(error ?? result ?? changes ?? '');
}

const textOf = (value: unknown): string => (typeof value === 'string' ? value : (JSON.stringify(value) ?? ''));
