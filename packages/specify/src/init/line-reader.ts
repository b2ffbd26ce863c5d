import type { World } from '../world.ts';

/** Reads the input line by line, until it is closed; what was not asked for stays for whoever reads next. */
export interface LineReader {
  /** One line without its end; nothing when the input has ended or the person gave up. */
  next(): Promise<string | undefined>;
  close(): void;
}

export function lineReader({ stdin, signal }: Pick<World, 'stdin' | 'signal'>): LineReader {
  let text = '';
  const state = { ended: signal.aborted || stdin.readableEnded };
  let wake = (): void => undefined;
  const end = () => {
    state.ended = true;
    wake();
  };
  const read = (chunk: Buffer) => {
    text += chunk.toString('utf8');
    wake();
  };
  stdin.on('data', read).on('end', end).on('error', end);
  signal.addEventListener('abort', end);
  return {
    async next() {
      while (!state.ended && !text.includes('\n')) await new Promise<void>((resolve) => (wake = resolve));
      if (signal.aborted || text === '') return undefined;
      const cut = text.includes('\n') ? text.indexOf('\n') : text.length;
      const line = text.slice(0, cut);
      text = text.slice(cut + 1);
      return line.replace(/\r$/, '');
    },
    close() {
      stdin.off('data', read).off('end', end).off('error', end);
      signal.removeEventListener('abort', end);
      // A terminal that is being read would keep the process alive.
      stdin.pause();
      if (text !== '') stdin.unshift(Buffer.from(text));
    },
  };
}
