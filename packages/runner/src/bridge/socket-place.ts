import { randomBytes } from 'node:crypto';
import { chmod, mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** Longest path of a unix socket, in bytes: 103 on macOS, 107 on Linux. */
const PATH_MAX_BYTES = 103;

export interface SocketPlace {
  path: string;
  /** Removes what was made for it, once nothing listens there any more. */
  readonly remove: () => Promise<void>;
}

/** A new path for a socket below a directory that only this user may enter; where that is too long for a socket, in a directory of its own among temporary files. */
export async function socketPlace(directory: string): Promise<SocketPlace> {
  const name = `${randomBytes(6).toString('hex')}.sock`;
  const path = join(directory, name);
  if (Buffer.byteLength(path) <= PATH_MAX_BYTES) {
    await mkdir(directory, { recursive: true, mode: 0o700 });
    await chmod(directory, 0o700);
    return { path, remove: () => rm(path, { force: true }) };
  }
  const own = await mkdtemp(join(tmpdir(), 'fusion-kit-'));
  return { path: join(own, name), remove: () => rm(own, { recursive: true, force: true }) };
}
