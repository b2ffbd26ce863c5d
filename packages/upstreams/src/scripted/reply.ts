import { setTimeout as after } from 'node:timers/promises';
import type { Completion } from './completion.ts';
import type { Fault } from './faults.ts';

/** A completion on its way to the client, and what goes wrong on that way. */
export interface Reply {
  completion: Completion;
  stream: boolean;
  /** Before the first byte, and between it and the answer. */
  waitsMs: readonly [latency: number, thinking: number];
  fault: Fault | undefined;
  /** Aborts when the client or the server goes away. */
  signal: AbortSignal;
  /** Drops the connection. */
  drop: () => void;
}

/** @throws AbortError when the client or the server goes away first */
export async function reply(answer: Reply): Promise<Response> {
  const { completion, fault, signal } = answer;
  const [latencyMs, thinkingMs] = answer.waitsMs;
  const stallMs = fault && 'stallMs' in fault ? fault.stallMs : 0;
  await after(latencyMs + stallMs, undefined, { signal });
  if (fault && 'status' in fault) return refusal(fault);
  if (fault && 'errorCode' in fault) return Response.json({ error: { code: fault.errorCode, message: 'scripted' } });
  if (answer.stream) {
    const text = ReadableStream.from(events(answer)).pipeThrough(new TextEncoderStream());
    return new Response(text, { headers: { 'content-type': 'text/event-stream', 'cache-control': 'no-cache' } });
  }
  await after(thinkingMs, undefined, { signal });
  if (fault && 'cutStream' in fault) answer.drop();
  return Response.json(completion.whole);
}

const refusal = (fault: { status: number; retryAfterS?: number }) =>
  Response.json(
    { error: { code: fault.status, message: `scripted fault ${fault.status}` } },
    {
      status: fault.status,
      headers: fault.retryAfterS === undefined ? {} : { 'retry-after': String(fault.retryAfterS) },
    },
  );

async function* events({ completion, waitsMs, fault, signal, drop }: Reply): AsyncGenerator<string> {
  yield ': OPENROUTER PROCESSING\n\n';
  // A stream that nobody reads any more just ends: an error would only be printed.
  await after(waitsMs[1], undefined, { signal }).catch(() => {});
  if (signal.aborted) return;
  const half = Math.ceil(completion.chunks.length / 2);
  const spoiled = fault && !('stallMs' in fault);
  for (const chunk of spoiled ? completion.chunks.slice(0, half) : completion.chunks) yield event(chunk);
  if (!spoiled) yield 'data: [DONE]\n\n';
  else if ('cutStream' in fault) drop();
  else if ('malformed' in fault) yield 'data: {"choices": [{"del\n\ndata: not JSON\n\n';
  else if ('midStreamError' in fault) {
    const error = { code: 502, message: 'the scripted provider broke off' };
    yield event({ ...completion.chunks[0], error, choices: [{ index: 0, delta: {}, finish_reason: 'error' }] });
  }
}

const event = (data: unknown) => `data: ${JSON.stringify(data)}\n\n`;
