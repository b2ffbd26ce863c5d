import { once } from 'node:events';
import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';

/** Answers a request. `signal` aborts when nobody waits for the answer any more; that of the request itself may be lost with it. */
export type Handler = (request: Request, signal: AbortSignal) => Promise<Response>;

/** What is read of a body that the answer did not wait for, so that its sender gets to read why. Whoever sends more is cut off. */
const DISCARDED_MAX_BYTES = 64 * 1024 ** 2;

/**
 * A handler behind Node's own server: answers go out piece by piece as they come and no faster than they are read, nothing is written to a console, and
 * `underWay` holds each request until all of its answer's ends are known, the far end of a stream included.
 */
export function requestListener(handle: Handler, underWay: Set<Promise<void>>): RequestListener {
  return (incoming, outgoing) => {
    const work = answer(handle, incoming, outgoing)
      .catch(() => void outgoing.destroy())
      .finally(() => underWay.delete(work));
    underWay.add(work);
  };
}

async function answer(handle: Handler, incoming: IncomingMessage, outgoing: ServerResponse): Promise<void> {
  const gone = new AbortController();
  outgoing.once('close', () => gone.abort(new Error('nobody waits for the answer any more')));
  const chunks = incoming.iterator({ destroyOnReturn: false }) as AsyncIterator<Uint8Array>;
  const response = await handle(requestOf(incoming, chunks, gone.signal), gone.signal);
  if (!incoming.complete && !(await discarded(chunks))) outgoing.setHeader('connection', 'close');
  if (gone.signal.aborted) return await response.body?.cancel();
  outgoing.writeHead(response.status, Object.fromEntries(response.headers));
  if (!response.body) return void outgoing.end();
  outgoing.flushHeaders();
  await send(response.body, outgoing, gone.signal);
}

/** @throws TypeError where the method or address is none that a request can have */
function requestOf(incoming: IncomingMessage, chunks: AsyncIterator<Uint8Array>, signal: AbortSignal): Request {
  const { method = 'GET', url = '/', headers } = incoming;
  const given = Object.entries(headers).flatMap(([name, value]) =>
    value === undefined ? [] : [value].flat().map((one): [string, string] => [name, one]),
  );
  const body = method === 'GET' || method === 'HEAD' ? {} : { body: streamOf(chunks), duplex: 'half' as const };
  return new Request(new URL(url, 'http://127.0.0.1'), { method, headers: given, signal, ...body });
}

/** Read only as it is asked for. Turning away from it leaves the connection as it is, for the answer to go out on. */
const streamOf = (chunks: AsyncIterator<Uint8Array>): ReadableStream<Uint8Array> =>
  new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        const { done, value } = await chunks.next();
        if (done) controller.close();
        else controller.enqueue(value);
      },
    },
    { highWaterMark: 0 },
  );

/** Whether the rest of a body was little enough to be read. */
async function discarded(chunks: AsyncIterator<Uint8Array>): Promise<boolean> {
  for (let bytes = 0; bytes <= DISCARDED_MAX_BYTES;) {
    const { done, value } = await chunks.next();
    if (done) return true;
    bytes += value.length;
  }
  return false;
}

async function send(body: ReadableStream<Uint8Array>, outgoing: ServerResponse, gone: AbortSignal): Promise<void> {
  const reader = body.getReader();
  let cancelled: Promise<void> | undefined;
  const cancel = () => (cancelled ??= reader.cancel(gone.reason).catch(() => {}));
  gone.addEventListener('abort', cancel, { once: true });
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (gone.aborted) break;
      if (done) return void outgoing.end();
      if (!outgoing.write(value)) await once(outgoing, 'drain', { signal: gone });
    }
  } catch {
    // An answer that breaks off must not look like one that is complete.
    outgoing.destroy();
  } finally {
    if (gone.aborted) await cancel();
    gone.removeEventListener('abort', cancel);
  }
}
