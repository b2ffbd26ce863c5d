/** The `usage` of a chat completion. */
export interface ReportedUsage {
  prompt_tokens: number;
  completion_tokens: number;
  cost?: number;
}

interface StreamEvent {
  choices?: { delta?: { content?: string; tool_calls?: { function: { arguments: string } }[] } }[];
  usage?: ReportedUsage;
}

/** The JSON events of a streamed chat completion. */
export const eventsOf = (text: string): StreamEvent[] =>
  text
    .split('\n\n')
    .filter((block) => block.startsWith('data: {'))
    .map((block) => JSON.parse(block.slice('data: '.length)) as StreamEvent);

/** What the model said in a streamed chat completion. */
export const wordsOfStream = (text: string) =>
  eventsOf(text)
    .map((event) => event.choices?.[0]?.delta?.content ?? '')
    .join('');

/** The usage that a streamed chat completion ends with. */
export function usageOfStream(text: string): ReportedUsage {
  const usage = eventsOf(text).at(-1)?.usage;
  if (!usage) throw new Error('the stream ends without usage');
  return usage;
}
