import { execFile } from 'node:child_process';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { ROOT, scratch } from '../real-server.ts';
import { TRACED } from './trace.ts';

const run = promisify(execFile);
const BYTES_OF_A_TEXT = 16 * 1024 * 1024;

/** Why nothing can be recorded on this machine; undefined when it can. */
export async function whyNoTrace(): Promise<string | undefined> {
  try {
    await run('strace', ['-f', '-o', '/dev/null', 'true']);
    return undefined;
  } catch (thrown) {
    return thrown instanceof Error && 'code' in thrown && thrown.code === 'ENOENT'
      ? 'strace is not installed'
      : `strace may not trace here: ${String(thrown).split('\n').slice(0, 2).join(' ')}`;
  }
}

export interface Recording {
  /** The directory that was there before; the server's is below it, made by the server. */
  root: string;
  trace: string;
  remove(): Promise<void>;
}

/** Records everything the real server does to its data directory, from its first start to its end, under a load of so many requests. */
export async function record(requests: number, synchronous: 'full' | 'off'): Promise<Recording> {
  const place = await scratch('power');
  const root = join(place.path, 'disk');
  const trace = join(place.path, 'trace');
  await mkdir(root);
  const recorder = [
    '-f',
    '-y',
    '-xx',
    '-s',
    String(BYTES_OF_A_TEXT),
    '--seccomp-bpf',
    '-e',
    'signal=none',
    '-o',
    trace,
  ];
  const calls = ['-e', `trace=${TRACED.map((name) => `?${name}`).join(',')}`];
  const server = [process.execPath, join(ROOT, 'tests/power-cut/load.ts')];
  const load = [join(root, 'home'), String(requests), synchronous];
  await run('strace', [...recorder, ...calls, ...server, ...load], {
    env: { ...process.env, UV_USE_IO_URING: '0' }, // what goes through a ring is no call
    maxBuffer: 64 * 1024 * 1024,
  });
  return { root, trace, remove: () => place.remove() };
}
