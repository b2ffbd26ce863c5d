import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** One message of a chat request, its content as plain text. */
export interface ChatMessage {
  role: 'system' | 'user' | 'assistant' | 'tool';
  content: string;
  /** The tools an assistant message called, in order. */
  calls: readonly { id: string; tool: string; input: string }[];
  /** Which call a tool message answers. */
  callId?: string;
}

/** What a client asked the model. `tools` are the names on offer. */
export interface ChatRequest {
  model: string;
  messages: readonly ChatMessage[];
  tools: readonly string[];
  headers: IncomingMessage['headers'];
}

/** A string as `input` is sent as it is, so that it may be broken JSON. */
export interface ScriptedCall {
  id?: string;
  tool: string;
  input: unknown;
}

/** How the model answers one request: well, or in one of the ways a provider fails. */
export type ChatAnswer =
  | { text?: string; calls?: readonly ScriptedCall[]; finishReason?: string }
  | { status: number; body: unknown }
  /** Says the text, then the connection breaks. */
  | { cutAfter: string }
  /** Says nothing and calls nothing. */
  | { empty: true }
  /** Starts well, then sends an error inside the stream. */
  | { brokenBy: { code: number; message: string } }
  /** Begins a tool call, then ends the stream in order but without the rest. */
  | { stopInCall: ScriptedCall }
  /** Answers only with the first words, and keeps the connection open. */
  | { hangAfter: string };

/** Decides an answer from the request alone, so that a conversation may go on in another process. */
export type Brain = (request: ChatRequest, number: number) => ChatAnswer | Promise<ChatAnswer>;

export interface LoopbackModel {
  /** To be used as an OpenAI-style or OpenRouter base URL. */
  readonly baseUrl: string;
  readonly requests: readonly ChatRequest[];
  /** How many answers are still being given, or waited for by a client. */
  readonly openAnswers: () => number;
  close(): Promise<void>;
}

/** A model server on 127.0.0.1 that streams chat completions as OpenAI, OpenRouter and their likes do; only the brain is canned. */
export async function loopbackModel(brain: Brain): Promise<LoopbackModel> {
  const requests: ChatRequest[] = [];
  let openAnswers = 0;
  const server = createServer((incoming, response) => {
    openAnswers++;
    response.once('close', () => openAnswers--);
    void (async () => {
      const request = readChat(await bodyOf(incoming), incoming.headers);
      requests.push(request);
      await answer(response, request.model, await brain(request, requests.length));
    })().catch((thrown: unknown) =>
      response.writeHead(500).end(JSON.stringify({ error: { message: String(thrown) } })),
    );
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    baseUrl: `http://127.0.0.1:${(server.address() as AddressInfo).port}/api/v1`,
    requests,
    openAnswers: () => openAnswers,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

async function bodyOf(incoming: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of incoming) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString('utf8');
}

interface WireChat {
  model: string;
  messages: {
    role: ChatMessage['role'];
    content?: string | { text?: string }[] | null;
    tool_call_id?: string;
    tool_calls?: { id: string; function: { name: string; arguments: string } }[];
  }[];
  tools?: { function: { name: string } }[];
}

function readChat(body: string, headers: IncomingMessage['headers']): ChatRequest {
  const wire = JSON.parse(body) as WireChat;
  return {
    model: wire.model,
    headers,
    tools: (wire.tools ?? []).map((tool) => tool.function.name),
    messages: wire.messages.map((message) => ({
      role: message.role,
      ...(message.tool_call_id !== undefined && { callId: message.tool_call_id }),
      content:
        typeof message.content === 'string'
          ? message.content
          : (message.content ?? []).map((part) => part.text ?? '').join(''),
      calls: (message.tool_calls ?? []).map((call) => ({
        id: call.id,
        tool: call.function.name,
        input: call.function.arguments,
      })),
    })),
  };
}

async function answer(response: ServerResponse, model: string, scripted: ChatAnswer): Promise<void> {
  if ('status' in scripted) {
    response.writeHead(scripted.status, { 'content-type': 'application/json' }).end(JSON.stringify(scripted.body));
    return;
  }
  response.writeHead(200, { 'content-type': 'text/event-stream' });
  const send = (frame: unknown) => response.write(`data: ${JSON.stringify(frame)}\n\n`);
  const delta = (part: object, finishReason: string | null = null) =>
    send({
      id: 'loopback',
      object: 'chat.completion.chunk',
      created: 1,
      model,
      choices: [{ index: 0, delta: { role: 'assistant', ...part }, finish_reason: finishReason }],
    });

  if ('hangAfter' in scripted) {
    delta({ content: scripted.hangAfter });
    return;
  }
  if ('cutAfter' in scripted) {
    delta({ content: scripted.cutAfter });
    await new Promise((resolve) => setImmediate(resolve));
    response.destroy();
    return;
  }
  if ('brokenBy' in scripted) {
    delta({ content: 'Well, ' });
    send({ error: scripted.brokenBy });
    response.end('data: [DONE]\n\n');
    return;
  }

  if ('stopInCall' in scripted) {
    const { tool, input } = scripted.stopInCall;
    const halfOf = JSON.stringify(input).slice(0, -3);
    delta({
      tool_calls: [{ index: 0, id: 'call_cut', type: 'function', function: { name: tool, arguments: halfOf } }],
    });
    response.end();
    return;
  }

  const { text = '', calls = [], finishReason } = 'empty' in scripted ? {} : scripted;
  // In words, so that a client that waits for the whole answer is told from one that streams.
  for (const word of text.match(/\S+\s*|\s+/g) ?? []) delta({ content: word });
  for (const [index, call] of calls.entries()) {
    const input = typeof call.input === 'string' ? call.input : JSON.stringify(call.input);
    const id = call.id ?? `call_${Math.random().toString(36).slice(2, 12)}`;
    const half = Math.ceil(input.length / 2);
    delta({
      tool_calls: [{ index, id, type: 'function', function: { name: call.tool, arguments: input.slice(0, half) } }],
    });
    delta({ tool_calls: [{ index, function: { arguments: input.slice(half) } }] });
  }
  delta({}, finishReason ?? (calls.length > 0 ? 'tool_calls' : 'stop'));
  send({
    id: 'loopback',
    object: 'chat.completion.chunk',
    created: 1,
    model,
    choices: [],
    usage: { prompt_tokens: 10, completion_tokens: 5, total_tokens: 15, cost: 0.0001 },
  });
  response.end('data: [DONE]\n\n');
}
