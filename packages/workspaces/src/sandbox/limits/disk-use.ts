import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';

export interface DiskUse {
  bytes: number;
  /** Files and directories. Where they are more than were to be counted, so many, and `bytes` is not known. */
  files: number;
}

const NEWLINE = 0x0a;
/** Longer than a line, which is a number and a path. */
const LINE_MAX = 8_192;
const KIB = 1_024;
const ENVIRONMENT = { PATH: process.env['PATH'] ?? '/usr/bin:/bin', LC_ALL: 'C' };

/**
 * What a directory takes on the disk with all that is in it, by `du`, in a process of its own: many files would keep this one from its work. Links are not
 * followed; of a file with several names the blocks are counted once.
 * @param filesMax counting ends when there are more
 */
export async function diskUse(directory: string, filesMax: number, signal?: AbortSignal): Promise<DiskUse> {
  await uncover(directory, signal);
  const child = spawn('du', ['-akx', '--', directory], {
    env: ENVIRONMENT,
    cwd: '/',
    stdio: ['ignore', 'pipe', 'ignore'],
    ...(signal && { signal }),
  });
  let files = 0;
  let end = Buffer.alloc(0);
  child.stdout.on('data', (chunk: Buffer) => {
    for (let at = chunk.indexOf(NEWLINE); at !== -1; at = chunk.indexOf(NEWLINE, at + 1)) files += 1;
    end = Buffer.concat([end, chunk.subarray(-LINE_MAX)]).subarray(-LINE_MAX);
    if (files > filesMax) child.kill('SIGKILL');
  });
  await ended(child);
  // The directory itself comes last, with the sum of all.
  const last = end.toString('latin1').trimEnd().split('\n').at(-1) ?? '';
  return { bytes: Number(/^(\d+)\t/.exec(last)?.[1] ?? 0) * KIB, files };
}

/** What an agent has closed to everybody is closed to the one who counts as well, unless that is root: it is opened to its owner again. */
async function uncover(directory: string, signal: AbortSignal | undefined): Promise<void> {
  if (process.getuid?.() === 0) return;
  const closed = ['-type', 'd', '!', '-perm', '-u=rx', '-exec', 'chmod', 'u+rwx', '{}', ';'];
  const options = { env: ENVIRONMENT, cwd: '/', stdio: 'ignore', ...(signal && { signal }) } as const;
  await ended(spawn('find', [directory, '-xdev', ...closed], options));
}

/** Without a command, or when it is stopped, nothing was counted. */
async function ended(child: ChildProcess): Promise<void> {
  child.on('error', () => {});
  await once(child, 'close').catch(() => {});
}
