import type { Readable } from 'node:stream';

/** Calls `onLine` with every line of a stream; one longer than `max` characters closes the stream, so that no writer can fill our memory. */
export function eachLine(stream: Readable, max: number, onLine: (line: string) => void): void {
  let rest = '';
  stream.setEncoding('utf8').on('data', (text: string) => {
    const lines = (rest + text).split('\n');
    rest = lines.pop() ?? '';
    for (const line of lines) onLine(line);
    if (rest.length > max) stream.destroy();
  });
}
