import { readFileSync } from 'node:fs';
import { Client, StreamableHTTPClientTransport } from '@modelcontextprotocol/client';

// The program of an agent, in its cage: makes the calls that it is given, one after the other, and prints what each was answered.

export interface ToolCall {
  name: string;
  arguments?: Record<string, unknown>;
  /** Made so many times, all at once. */
  times?: number;
  /** So many letters take the place of `FILL` in its arguments, which are more than a variable may hold. */
  fill?: number;
}

/** What a call came to: the text of the tool's answer, or how the protocol refused it. */
export interface Told {
  text: string;
  isError: boolean;
}

const { FUSION_KIT_URL: address = '', FUSION_KIT_TOKEN: token = '', ERA: era = 'legacy' } = process.env;
/** Given in the environment, or in the task that it is told: `<<CALLS [ … ] CALLS>>`. */
const calls = process.env['CALLS'] ?? /<<CALLS (.*?) CALLS>>/s.exec(readFileSync(0, 'utf8'))?.[1] ?? '[]';

const client = new Client(
  { name: 'agent-program', version: '1.0.0' },
  { versionNegotiation: { mode: era === 'modern' ? { pin: '2026-07-28' } : 'legacy' } },
);
const transport = new StreamableHTTPClientTransport(new globalThis.URL(`${address}/mcp`), {
  requestInit: { headers: { authorization: `Bearer ${token}` } },
});

async function told({ name, arguments: given = {}, fill = 0 }: ToolCall): Promise<Told> {
  const input = JSON.parse(JSON.stringify(given).replaceAll('FILL', 'x'.repeat(fill))) as Record<string, unknown>;
  if (name === 'tools/list') {
    const { tools } = await client.listTools();
    return { text: JSON.stringify(tools), isError: false };
  }
  try {
    const { content, isError = false } = await client.callTool({ name, arguments: input }, { timeout: 60_000 });
    return { text: content.map((part) => (part.type === 'text' ? part.text : part.type)).join('\n'), isError };
  } catch (thrown) {
    return { text: String(thrown), isError: true };
  }
}

const answers: Told[] = [];
try {
  await client.connect(transport);
  for (const call of JSON.parse(calls) as ToolCall[])
    answers.push(...(await Promise.all(Array.from({ length: call.times ?? 1 }, () => told(call)))));
  await client.close();
} catch (thrown) {
  answers.push({ text: String(thrown), isError: true });
}
console.log(JSON.stringify(answers));
