import type { FusionError } from '@fusion-kit/domain/errors';
import { parsedJson } from '@fusion-kit/domain/parsed-json';
import { answerEvents } from './answer-events.ts';
import { answerStream } from './answer-stream.ts';
import type { Clock } from './clock.ts';
import type { Ledger } from './ledger.ts';
import type { Limits } from './limits.ts';
import type { ModelCall } from './model-call.ts';
import { silence, type Silence } from './silence.ts';
import { errorIn, refused, unreachable, type ErrorBody, type Trouble } from './trouble.ts';
import type { Place } from './limiter.ts';
import { usageOf, type Counts, type Prices } from './usage.ts';
import { WIRES } from './wires/wires.ts';

export interface Attempt {
  provider: string;
  call: ModelCall;
  book: Ledger;
  prices: Prices | undefined;
  modelListed: boolean | undefined;
  key: string | undefined;
  http: typeof globalThis.fetch;
  limits: Limits;
  clock: Clock;
  signal: AbortSignal;
  /** Left when the answer is whole; by a stream at its end. */
  place: Place;
  /** Told of an error in the middle of a streamed answer; returns what the consumer is to see. */
  brokeOff(trouble: Trouble, place: Place): FusionError;
}

/** Headers that describe the bytes on the wire; `fetch` has undone what they describe. */
const OF_THE_WIRE = ['content-encoding', 'content-length', 'transfer-encoding', 'connection', 'keep-alive'];

/** Sends the call once. An answer is on its way or whole and settled; a trouble says why there is none. Rejects on abort. */
export async function attempt(to: Attempt): Promise<Response | Trouble> {
  const { provider, book, limits } = to;
  const quiet = silence(to.signal);
  const refusal = (response: Response, body: ErrorBody | undefined) =>
    refused({
      provider,
      status: response.status,
      headers: response.headers,
      body,
      nowMs: to.clock.now(),
      key: to.key,
      modelListed: to.modelListed,
    });

  const asked = await ask(to, quiet);
  if ('again' in asked) return asked;
  const { response, text } = asked;
  const headers = new Headers(response.headers);
  for (const name of OF_THE_WIRE) headers.delete(name);

  if (text === undefined) {
    const stream = answerStream(response.body ?? new ReadableStream(), {
      provider,
      events: answerEvents(WIRES[to.call.wire], to.prices),
      book,
      quiet,
      firstByteMs: limits.firstByteMs,
      idleMs: limits.idleMs,
      againMs: limits.backoffMs,
      signal: to.signal,
      errorOf: (body) => to.brokeOff(refusal(response, body), to.place),
      leave: () => to.place.leave(),
    });
    return new Response(stream, { status: response.status, headers });
  }

  const json = parsedJson(text);
  const error = errorIn(json);
  if (!response.ok || error) return refusal(response, error);
  // Google streams a list where no events are asked for.
  const counts: Partial<Counts> = {};
  for (const part of Array.isArray(json) ? json : [json]) Object.assign(counts, WIRES[to.call.wire].counts(part));
  const usage = usageOf(counts, to.prices);
  if (!usage) book.mayHaveWorked();
  await book.settle(usage);
  to.place.leave();
  return new Response(text, { status: response.status, headers });
}

/** The response, with its text unless it is a stream. */
async function ask(to: Attempt, quiet: Silence): Promise<{ response: Response; text?: string } | Trouble> {
  const { call, book, limits, signal } = to;
  // A redirect is not followed: it could carry the key to another address.
  const init = {
    method: 'POST',
    headers: call.headers,
    body: call.body,
    redirect: 'manual',
    signal: quiet.signal,
  } as const;
  book.sending();
  try {
    const response = await quiet.within(limits.firstByteMs, to.http(call.url, init));
    book.answered(response.status);
    if (response.ok && response.headers.get('content-type')?.startsWith('text/event-stream')) return { response };
    const text = await quiet.within(limits.firstByteMs, response.text());
    book.heard(text);
    return { response, text };
  } catch (error) {
    if (!signal.aborted) return unreachable(to.provider, error);
    book.mayHaveWorked();
    throw signal.reason;
  }
}
