import { type ChildProcess, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';

const NEWLINE = 0x0a;
const KIB = 1_024;
const ENVIRONMENT = { PATH: process.env['PATH'] ?? '/usr/bin:/bin', LC_ALL: 'C' };
/** Nothing to count for so long, and the process ends. */
const REST_MS = 15_000;

/**
 * Counts one directory after the other: it is told a word and a directory, a line each, the latter with what `printf` reads as a backslash or the end of a line;
 * it answers with what `du` says of every file and, in a line of its own, the word. What an agent has closed to everybody is closed to the one who counts as
 * well, unless that is root: it is opened to its owner again.
 */
const SCRIPT = `
user=$(id -u)
while IFS= read -r word && IFS= read -r line; do
  directory=$(printf '%b.' "$line")
  directory=\${directory%.}
  [ "$user" = 0 ] || find "$directory" -xdev -type d ! -perm -u=rx -exec chmod u+rwx {} ';' >/dev/null 2>&1
  du -akx -- "$directory" 2>/dev/null
  printf '\\n%s\\n' "$word"
done`;

export interface DiskUse {
  bytes: number;
  /** Files and directories. Where they are more than were to be counted, so many, and `bytes` is not known. */
  files: number;
}

/**
 * A process that counts, and has its children for it: to start a process stops a large one for tens of milliseconds, since all of its memory is mapped anew, and
 * all of its agents with it. It is started when there is something to count and ends when there was nothing for a while, and with this process.
 */
export class DiskCounter {
  readonly #restMs: number;
  #child: ChildProcess | undefined;
  #last: Promise<unknown> = Promise.resolve();
  #rest: NodeJS.Timeout | undefined;

  constructor(restMs = REST_MS) {
    this.#restMs = restMs;
  }

  /** Of the process, while there is one. */
  get pid(): number | undefined {
    return this.#child?.pid;
  }

  /**
   * What a directory takes on the disk with all that is in it. Links are not followed; of a file with several names the blocks are counted once.
   * @param filesMax counting ends when there are more
   */
  count(directory: string, filesMax: number, signal?: AbortSignal): Promise<DiskUse> {
    const counted = this.#last.then(() => this.#count(directory, filesMax, signal));
    this.#last = counted.catch(() => {});
    return counted;
  }

  async #count(directory: string, filesMax: number, signal: AbortSignal | undefined): Promise<DiskUse> {
    if (signal?.aborted) return { bytes: 0, files: 0 };
    clearTimeout(this.#rest);
    const child = this.#running();
    const stop = () => this.#end(child);
    signal?.addEventListener('abort', stop, { once: true });
    hold(child, true);
    try {
      return await answerOf(child, directory, { filesMax, stop });
    } finally {
      hold(child, false);
      signal?.removeEventListener('abort', stop);
      this.#rest = setTimeout(() => this.#end(child), this.#restMs).unref();
    }
  }

  #running(): ChildProcess {
    if (this.#child) return this.#child;
    const stdio: ['pipe', 'pipe', 'ignore'] = ['pipe', 'pipe', 'ignore'];
    const child = spawn('/bin/sh', ['-c', SCRIPT], { env: ENVIRONMENT, cwd: '/', stdio, detached: true });
    const gone = () => {
      if (this.#child === child) this.#child = undefined;
    };
    child.once('error', gone).once('close', gone);
    child.stdin?.on('error', () => {}); // it has ended; so does its output
    this.#child = child;
    return child;
  }

  /** With what it has started. */
  #end(child: ChildProcess): void {
    if (this.#child === child) this.#child = undefined;
    if (child.pid === undefined || child.exitCode !== null || child.signalCode !== null) return;
    try {
      process.kill(-child.pid, 'SIGKILL');
    } catch {
      // it has just ended
    }
  }
}

/** Whether this process waits for another one before it ends. */
function hold(child: ChildProcess, wanted: boolean): void {
  const change = wanted ? 'ref' : 'unref';
  child[change]();
  for (const pipe of [child.stdin, child.stdout])
    (pipe as (typeof pipe & { ref(): void; unref(): void }) | null)?.[change]();
}

/** Longer than the last line, which is a number and a path, and the word. */
const END_MAX = 8_192;

async function answerOf(
  { stdin, stdout }: ChildProcess,
  directory: string,
  { filesMax, stop }: { filesMax: number; stop: () => void },
): Promise<DiskUse> {
  const word = randomBytes(16).toString('hex'); // nobody can have a file of that name
  const over = new AbortController();
  let newlines = 0;
  let end = Buffer.alloc(0);
  let whole = false;
  const take = (chunk: Buffer): void => {
    for (let at = chunk.indexOf(NEWLINE); at !== -1; at = chunk.indexOf(NEWLINE, at + 1)) newlines += 1;
    end = Buffer.concat([end, chunk.subarray(-END_MAX)]).subarray(-END_MAX);
    whole = end.subarray(-(word.length + 2)).toString('latin1') === `\n${word}\n`;
    if (whole) over.abort();
    else if (newlines > filesMax + 1) stop();
  };
  stdout?.on('data', take);
  stdin?.write(`${word}\n${directory.replaceAll('\\', '\\\\').replaceAll('\n', '\\n')}\n`);
  await once(stdout!, 'close', { signal: over.signal }).catch(() => {});
  stdout?.off('data', take);
  if (!whole) return { bytes: 0, files: newlines };
  // Last of all the directory itself, with the sum of all; its name may have several lines.
  const rest = end.toString('latin1').slice(0, -Buffer.byteLength(`\t${directory}\n\n${word}\n`));
  const sum = /\d+$/.exec(rest)?.[0] ?? 0;
  return { bytes: Number(sum) * KIB, files: newlines - 2 };
}
