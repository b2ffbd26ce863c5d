export interface Watch {
  /** Told when the bytes end in an error, before `over`. */
  broken(error: unknown): void;
  /** Told once when they end, by whatever end. */
  over(): void;
}

/** The same bytes as they come, read by nobody ahead of the consumer. */
export function watched(body: ReadableStream<Uint8Array>, watch: Watch): ReadableStream<Uint8Array> {
  const source = body.getReader();
  return new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        try {
          const { done, value } = await source.read();
          if (!done) return controller.enqueue(value);
          watch.over();
          controller.close();
        } catch (error) {
          watch.broken(error);
          watch.over();
          throw error;
        }
      },
      async cancel(reason) {
        watch.over();
        await source.cancel(reason);
      },
    },
    { highWaterMark: 0 },
  );
}
