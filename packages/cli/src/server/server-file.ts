import { readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { FusionError } from '@fusion-kit/domain/errors';
import * as z from 'zod';

/** What a server leaves in its data directory, so that commands of the same user find it and may speak with it. */
export const ServerFile = z.object({
  url: z.url({ protocol: /^http$/, hostname: /^(127\.0\.0\.1|localhost|\[::1\])$/ }),
  token: z.string().min(1),
  pid: z.int().positive(),
  /** When that process started, as the system tells it; with it the number cannot be mistaken for a later one. */
  start: z.string().optional(),
  version: z.string(),
  startedAt: z.int(),
});
export type ServerFile = z.infer<typeof ServerFile>;

const pathOf = (dataDir: string): string => join(dataDir, 'server.json');

/** The server's file, or undefined when there is none or it is not one of ours. */
export async function readServerFile(dataDir: string): Promise<ServerFile | undefined> {
  try {
    return ServerFile.safeParse(JSON.parse(await readFile(pathOf(dataDir), 'utf8'))).data;
  } catch (error) {
    if (error instanceof SyntaxError || (error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw new FusionError('data_directory_unusable', `cannot read ${pathOf(dataDir)}: ${(error as Error).message}`, {
      cause: error,
    });
  }
}

/** Written whole or not at all: a reader never sees half of it. */
export async function writeServerFile(dataDir: string, server: ServerFile): Promise<void> {
  const draft = `${pathOf(dataDir)}.${server.pid}`;
  await writeFile(draft, `${JSON.stringify(server)}\n`, { mode: 0o600 });
  await rename(draft, pathOf(dataDir));
}

/** Removes the file of that process, and only of that one: another server may have followed. */
export async function removeServerFile(dataDir: string, pid: number): Promise<void> {
  if ((await readServerFile(dataDir))?.pid === pid) await rm(pathOf(dataDir), { force: true });
}

/** The address of the page; the token is in the fragment, which browsers send to nobody. */
export const pageOf = (server: Pick<ServerFile, 'url' | 'token'>): string => `${server.url}/#token=${server.token}`;
