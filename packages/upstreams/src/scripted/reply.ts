import { setTimeout as after } from 'node:timers/promises';
import type { Completion, Dialect } from './dialects/dialect.ts';
import type { Fault } from './faults.ts';

/** A completion on its way to the client, and what goes wrong on that way. */
export interface Reply {
  dialect: Dialect;
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
  const { dialect, completion, fault, signal } = answer;
  const [latencyMs, thinkingMs] = answer.waitsMs;
  const stallMs = fault && 'stallMs' in fault ? fault.stallMs : 0;
  await after(latencyMs + stallMs, undefined, { signal });
  if (fault && 'status' in fault) return refusal(dialect, fault);
  if (fault && 'errorCode' in fault) return Response.json(dialect.refusal(fault.errorCode, 'scripted'));
  if (answer.stream) {
    const text = ReadableStream.from(events(answer)).pipeThrough(new TextEncoderStream());
    return new Response(text, { headers: { 'content-type': 'text/event-stream', 'cache-control': 'no-cache' } });
  }
  await after(thinkingMs, undefined, { signal });
  if (fault && 'cutStream' in fault) answer.drop();
  return Response.json(completion.whole);
}

const refusal = (dialect: Dialect, fault: { status: number; retryAfterS?: number }) =>
  Response.json(dialect.refusal(fault.status, `scripted fault ${fault.status}`), {
    status: fault.status,
    headers: fault.retryAfterS === undefined ? {} : { 'retry-after': String(fault.retryAfterS) },
  });

async function* events({ dialect, completion, waitsMs, fault, signal, drop }: Reply): AsyncGenerator<string> {
  if (dialect.begin) yield dialect.begin;
  // A stream that nobody reads any more just ends: an error would only be printed.
  await after(waitsMs[1], undefined, { signal }).catch(() => {});
  if (signal.aborted) return;
  const half = Math.ceil(completion.events.length / 2);
  const spoiled = fault && !('stallMs' in fault);
  for (const data of spoiled ? completion.events.slice(0, half) : completion.events) yield event(dialect, data);
  if (!spoiled) yield dialect.end;
  else if ('cutStream' in fault) drop();
  else if ('malformed' in fault) yield 'data: {"choices": [{"del\n\ndata: not JSON\n\n';
  else if ('silentMs' in fault) await after(fault.silentMs, undefined, { signal }).catch(() => {});
  else if ('midStreamError' in fault) yield event(dialect, dialect.broken('the scripted provider broke off'));
}

const event = ({ named }: Dialect, data: Record<string, unknown>) =>
  `${named ? `event: ${String(data['type'])}\n` : ''}data: ${JSON.stringify(data)}\n\n`;
