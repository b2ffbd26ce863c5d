import { createReadStream } from 'node:fs';
import { createInterface } from 'node:readline';

/** System calls that change files or wait for the disk, as `strace` names them. */
export const TRACED: readonly string[] = [
  'open openat creat close lseek write pwrite64 writev pwritev pwritev2',
  'truncate ftruncate fallocate fsync fdatasync sync_file_range copy_file_range sendfile',
  'rename renameat renameat2 link linkat symlink symlinkat unlink unlinkat rmdir mkdir mkdirat',
].flatMap((line) => line.split(' '));

/** One call at the moment it begins or ends; a call that no other came between begins and ends at once. */
export interface Moment {
  at: 'begin' | 'end';
  call: Call;
}

export interface Call {
  name: string;
  /** As `strace` prints them: `3<path>`, `"text"`, flags. Texts are in hexadecimal. */
  args: readonly string[];
  /** The number it gave back; undefined while it has not. */
  result?: number;
}

const WHOLE = /^(\d+) +(\w+)\((.*)\) += (-?\d+)/;
const UNFINISHED = /^(\d+) +(\w+)\((.*) <unfinished \.\.\.>$/;
const RESUMED = /^(\d+) +<\.\.\. \w+ resumed>(.*)\) += (-?\d+)/;

/** What happened in the order in which it happened. Calls that failed are left out. */
export async function* readTrace(path: string): AsyncGenerator<Moment> {
  const open = new Map<string, { name: string; args: string; call: Call }>();
  for await (const line of createInterface({ input: createReadStream(path, 'latin1') })) {
    const whole = WHOLE.exec(line);
    if (whole) {
      const [, , name = '', args = '', result] = whole;
      const call = { name, args: argumentsOf(args), result: Number(result) };
      if (call.result < 0) continue;
      yield { at: 'begin', call };
      yield { at: 'end', call };
      continue;
    }
    const unfinished = UNFINISHED.exec(line);
    if (unfinished) {
      const [, thread = '', name = '', args = ''] = unfinished;
      const call: Call = { name, args: argumentsOf(args) };
      open.set(thread, { name, args, call });
      yield { at: 'begin', call };
      continue;
    }
    const resumed = RESUMED.exec(line);
    const begun = resumed && open.get(resumed[1] ?? '');
    if (!resumed || !begun) continue;
    open.delete(resumed[1] ?? '');
    begun.call.args = argumentsOf(begun.args + resumed[2]);
    begun.call.result = Number(resumed[3]);
    if (begun.call.result >= 0) yield { at: 'end', call: begun.call };
  }
}

/** Texts are hexadecimal, so no comma in them separates anything. */
const argumentsOf = (text: string): string[] => text.split(', ');

const fromHex = (hex: string): Buffer => Buffer.from(hex.replaceAll(String.raw`\x`, ''), 'hex');

/** The bytes of a text argument. */
export function bytesOf(argument: string): Buffer {
  const found = /^"((?:\\x[0-9a-f]{2})*)"$/.exec(argument);
  if (!found) throw new Error(`${argument.slice(0, 80)} is not a whole text; was it cut off?`);
  return fromHex(found[1] ?? '');
}

/** An open file as an argument or a result names it. */
export function fileOf(argument: string): { number: number; path: string } | undefined {
  const found = /^(-?\d+|AT_FDCWD)<((?:\\x[0-9a-f]{2})*)>/.exec(argument);
  return found ? { number: Number(found[1]), path: fromHex(found[2] ?? '').toString() } : undefined;
}
