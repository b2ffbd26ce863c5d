import type { World } from '../world.ts';

/** One line of the input, without its end; nothing when the input has ended or the person gave up. */
export async function readLine({ stdin, signal }: Pick<World, 'stdin' | 'signal'>): Promise<string | undefined> {
  if (signal.aborted || stdin.readableEnded) return undefined;
  const { promise, resolve } = Promise.withResolvers<string | undefined>();
  let line = '';
  const read = () => {
    for (let chunk: Buffer | null = stdin.read(); chunk !== null; chunk = stdin.read()) {
      const cut = chunk.indexOf('\n');
      line += chunk.toString('utf8', 0, cut < 0 ? undefined : cut);
      if (cut < 0) continue;
      // What follows is for whoever reads next.
      if (cut + 1 < chunk.length) stdin.unshift(chunk.subarray(cut + 1));
      resolve(line);
      return;
    }
  };
  const end = () => resolve(line === '' ? undefined : line);
  const abort = () => resolve(undefined);
  stdin.on('readable', read).on('end', end).on('error', end);
  signal.addEventListener('abort', abort);
  try {
    return (await promise)?.replace(/\r$/, '');
  } finally {
    stdin.off('readable', read).off('end', end).off('error', end);
    signal.removeEventListener('abort', abort);
    // A terminal that is being read would keep the process alive.
    stdin.pause();
  }
}
