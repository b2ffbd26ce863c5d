import { FusionError } from '@fusion-kit/domain/errors';
import type { AnswerEvents } from './answer-events.ts';
import type { Ledger } from './ledger.ts';
import type { Silence } from './silence.ts';
import type { ErrorBody } from './trouble.ts';

export interface AnswerStream {
  provider: string;
  events: AnswerEvents;
  book: Ledger;
  quiet: Silence;
  /** Longest silence before the first piece, and between pieces. */
  firstByteMs: number;
  idleMs: number;
  /** Milliseconds after which a broken answer is worth asking for again. */
  againMs: number;
  signal: AbortSignal;
  errorOf(body: ErrorBody): FusionError;
  /** Gives the place in the limiter back. */
  leave(): void;
}

/**
 * The provider's bytes as they come, read by nobody ahead of the consumer. The call is settled before the consumer can see that the
 * stream has ended, by whatever end: complete, cut off, an error among the events, abort, or a consumer that turns away.
 */
export function answerStream(body: ReadableStream<Uint8Array>, answer: AnswerStream): ReadableStream<Uint8Array> {
  const { events, book, signal } = answer;
  const source = body.getReader();
  let closing: Promise<void> | undefined;
  let begun = false;

  const close = () =>
    (closing ??= (async () => {
      signal.removeEventListener('abort', onAbort);
      answer.leave();
      const usage = events.usage();
      if (!usage) book.mayHaveWorked();
      await book.settle(usage);
    })());
  // An aborted consumer may never read again; the settling must not wait for it. A failure of it reaches the next read, if any.
  const onAbort = () => void close().catch(() => {});
  signal.addEventListener('abort', onAbort, { once: true });

  const broken = (message: string, cause?: unknown) =>
    new FusionError('provider_unreachable', `${answer.provider} ${message}`, {
      cause,
      details: { brokeOff: true },
      retryAfterMs: answer.againMs,
    });

  const next = async () => {
    try {
      return await answer.quiet.within(begun ? answer.idleMs : answer.firstByteMs, source.read());
    } catch (error) {
      signal.throwIfAborted();
      throw broken('broke off in the middle of an answer', error);
    }
  };

  return new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        try {
          const error = events.error();
          // The event that carried the error has been passed on; nothing after it counts.
          if (error) throw answer.errorOf(error);
          const { done, value } = await next();
          if (!done) {
            begun = true;
            book.heard(events.feed(value));
            controller.enqueue(value);
            return;
          }
          if (!events.complete()) throw broken('ended an answer before it was complete');
          await close();
          controller.close();
        } catch (error) {
          await close();
          await source.cancel(error).catch(() => {});
          throw error;
        }
      },
      async cancel(reason) {
        await source.cancel(reason).catch(() => {});
        await close();
      },
    },
    { highWaterMark: 0 },
  );
}
