import { parsedJson } from '@fusion-kit/domain/parsed-json';
import { createParser } from 'eventsource-parser';
import { errorIn, type ErrorBody } from './trouble.ts';
import { usageOf, type AnswerUsage, type Counts, type Prices } from './usage.ts';
import type { WireFormat } from './wires/wire-format.ts';

/** Longest single event, in characters; a longer one breaks the stream rather than the process. */
const EVENT_MAX = 16 * 1024 * 1024;

/** What the events of a streamed answer have said so far. */
export interface AnswerEvents {
  /** Takes the next bytes and returns their text. */
  feed(bytes: Uint8Array): string;
  /** Known only of an answer that is complete: what is said before counts a part of it. */
  usage(): AnswerUsage | undefined;
  /** The model said that it has finished: what ends without that was cut off. */
  complete(): boolean;
  error(): ErrorBody | undefined;
}

export function answerEvents(format: WireFormat, prices: Prices | undefined): AnswerEvents {
  const decoder = new TextDecoder();
  const counts: Partial<Counts> = {};
  let complete = false;
  let error: ErrorBody | undefined;

  const parser = createParser({
    maxBufferSize: EVENT_MAX,
    onEvent({ data }) {
      if (data === '[DONE]') {
        complete = true;
        return;
      }
      const event = parsedJson(data);
      error ??= errorIn(event);
      Object.assign(counts, format.counts(event));
      complete ||= format.finished(event);
    },
  });

  return {
    feed(bytes) {
      const text = decoder.decode(bytes, { stream: true });
      parser.feed(text);
      return text;
    },
    usage: () => (complete ? usageOf(counts, prices) : undefined),
    complete: () => complete,
    error: () => error,
  };
}
