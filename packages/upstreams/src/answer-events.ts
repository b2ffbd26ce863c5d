import { createParser } from 'eventsource-parser';
import * as z from 'zod';
import { parsedJson } from './json.ts';
import { errorIn, type ErrorBody } from './trouble.ts';
import { usageIn, type AnswerUsage, type Prices } from './usage.ts';

/** Longest single event, in characters; a longer one breaks the stream rather than the process. */
const EVENT_MAX = 16 * 1024 * 1024;

const Finished = z.object({ choices: z.array(z.object({ finish_reason: z.string().nullish() })) });

/** What the events of a streamed completion have said so far. */
export interface AnswerEvents {
  /** Takes the next bytes and returns their text. */
  feed(bytes: Uint8Array): string;
  usage(): AnswerUsage | undefined;
  /** The model said that it has finished: what ends without that was cut off. */
  complete(): boolean;
  error(): ErrorBody | undefined;
}

export function answerEvents(prices: Prices | undefined): AnswerEvents {
  const decoder = new TextDecoder();
  let usage: AnswerUsage | undefined;
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
      usage = usageIn(event, prices) ?? usage;
      complete ||= Finished.safeParse(event).data?.choices.some((choice) => choice.finish_reason) ?? false;
    },
  });

  return {
    feed(bytes) {
      const text = decoder.decode(bytes, { stream: true });
      parser.feed(text);
      return text;
    },
    usage: () => usage,
    complete: () => complete,
    error: () => error,
  };
}
