import { once } from 'node:events';
import { request, type IncomingMessage, type RequestOptions } from 'node:http';
import { connect, type Socket } from 'node:net';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { promised } from '@fusion-kit/testing/runner-parts';
import { temporaryDirectory } from '@fusion-kit/testing/temporary-directory';
import { describe, expect, it, onTestFinished } from 'vitest';
import { type BridgeLimits, openBridge } from './bridge.ts';
import type { Handler } from './request-listener.ts';

describe.each(['socket', 'loopback'] as const)('a bridge that ends at a %s', (kind) => {
  async function open(handle: Handler, limits?: Partial<BridgeLimits>) {
    const socket = join(await temporaryDirectory(), 'own.sock');
    const bridge = await openBridge(kind === 'socket' ? { socket } : 'loopback', handle, limits);
    onTestFinished(() => bridge.close());
    const at = kind === 'socket' ? { path: socket } : { port: bridge.port, host: '127.0.0.1' };
    return {
      bridge,
      dial: (): Socket => connect(at),
      ask: async (path: string, options: RequestOptions = {}, body?: string | Buffer): Promise<IncomingMessage> => {
        const place = kind === 'socket' ? { socketPath: socket } : at;
        const asked = request({ ...place, path, agent: false, ...options });
        asked.on('error', () => {}).end(body);
        const [answer] = (await once(asked, 'response')) as [IncomingMessage];
        return answer;
      },
    };
  }

  it('hands requests over whole and answers as it is told', async () => {
    const { ask } = await open(async (asked) => {
      const said = `${asked.method} ${new URL(asked.url).pathname} ${asked.headers.get('x-api-key')} ${await asked.text()}`;
      return new Response(said, { status: 201, headers: { 'x-own': 'yes' } });
    });
    const answer = await ask('/v1/messages?beta=true', { method: 'POST', headers: { 'x-api-key': 'key' } }, 'hello');
    expect([answer.statusCode, answer.headers['x-own'], await text(answer)]).toEqual([
      201,
      'yes',
      'POST /v1/messages key hello',
    ]);
    expect((await ask('/none')).statusCode).toBe(201);
  });

  it('passes an answer on piece by piece, before its end is known', async () => {
    const pieces = new TransformStream<Uint8Array, Uint8Array>();
    const writer = pieces.writable.getWriter();
    const { ask } = await open(async () => new Response(pieces.readable));
    const answer = await ask('/');
    void writer.write(Buffer.from('first'));
    expect(String((await once(answer, 'data'))[0])).toBe('first');
    void writer.write(Buffer.from('last'));
    void writer.close();
    expect(await text(answer)).toBe('last');
  });

  it('reads an answer no faster than its client does', async () => {
    let pulled = 0;
    const endless = () =>
      new ReadableStream<Uint8Array>(
        {
          pull(controller) {
            pulled += 1;
            controller.enqueue(new Uint8Array(64 * 1024));
          },
        },
        { highWaterMark: 0 },
      );
    const { ask } = await open(async () => new Response(endless()));
    const answer = await ask('/');
    answer.pause();
    let before = 0;
    const stands = () => {
      const stood = pulled > 0 && pulled === before;
      before = pulled;
      return stood;
    };
    await expect.poll(stands, { interval: 100 }).toBe(true);
    expect(pulled).toBeLessThan(200);
    answer.destroy();
  });

  it('tells the handler when its client has gone, before and in the middle of the answer', async () => {
    const before = promised();
    const middle = promised();
    const cancelled = promised();
    const { ask, dial } = await open(async (asked, gone) => {
      if (new URL(asked.url).pathname === '/slow') {
        await once(gone, 'abort');
        before.resolve();
        return new Response('nobody reads this');
      }
      gone.addEventListener('abort', () => middle.resolve());
      const body = new ReadableStream<Uint8Array>({
        start: (controller) => controller.enqueue(Buffer.from('first')),
        cancel: () => cancelled.resolve(),
      });
      return new Response(body);
    });
    const caller = dial();
    caller.write('GET /slow HTTP/1.1\r\nhost: x\r\n\r\n', () => caller.destroy());
    await before.promise;
    const answer = await ask('/');
    await once(answer, 'data');
    answer.destroy();
    await middle.promise;
    await expect(cancelled.promise).resolves.toBeUndefined();
  });

  it('breaks off where the answer does, so that it is not taken for complete', async () => {
    const broken = () =>
      new ReadableStream<Uint8Array>({
        start: (controller) => controller.enqueue(Buffer.from('first')),
        pull: () => Promise.reject(new Error('cut')),
      });
    const { ask } = await open(async () => new Response(broken()));
    await expect(text(await ask('/'))).rejects.toThrow('aborted');
  });

  it('lets go of a connection whose request does not come', async () => {
    const { dial } = await open(async (asked) => new Response(await asked.text()), { headMs: 50, requestMs: 100 });
    const silent = dial();
    const slowHead = dial();
    slowHead.write('POST / HTTP/1.1\r\nhost: x\r\n');
    const slowBody = dial();
    slowBody.write('POST / HTTP/1.1\r\nhost: x\r\ncontent-length: 10\r\n\r\nhalf');
    for (const each of [silent, slowHead, slowBody]) {
      each.resume();
      await once(each, 'close');
    }
    expect([silent, slowHead, slowBody].every((each) => each.destroyed)).toBe(true);
  });

  it('lets the sender of a body that is not wanted read why', async () => {
    const { ask } = await open(async () => new Response('too large', { status: 413 }));
    const answer = await ask('/', { method: 'POST' }, Buffer.alloc(8 * 1024 ** 2));
    expect([answer.statusCode, await text(answer)]).toEqual([413, 'too large']);
  });

  it('takes so many connections and no more', async () => {
    const { dial, ask } = await open(async () => new Response('ok'), { connections: 2 });
    const held = [dial(), dial()];
    await Promise.all(held.map((each) => once(each, 'connect')));
    const third = dial()
      .resume()
      .on('error', () => {});
    await once(third, 'close');
    held[0]!.destroy();
    await expect.poll(async () => (await ask('/').catch(() => undefined))?.statusCode).toBe(200);
  });

  it('breaks off what is under way when it is closed, and waits until that is settled', async () => {
    const settled: string[] = [];
    const { bridge, ask } = await open(async (_asked, gone) => {
      const body = new ReadableStream<Uint8Array>({
        start: (controller) => controller.enqueue(Buffer.from('first')),
        async cancel() {
          await new Promise((resolve) => setTimeout(resolve, 20));
          settled.push(`aborted: ${gone.aborted}`);
        },
      });
      return new Response(body);
    });
    const answer = await ask('/');
    const broken = text(answer).catch((error: Error) => error.message);
    await bridge.close();
    expect(settled).toEqual(['aborted: true']);
    expect(await broken).toBe('aborted');
    await expect(ask('/')).rejects.toThrow('connect');
  });
});
