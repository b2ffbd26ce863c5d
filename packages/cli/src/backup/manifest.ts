import { readFile } from 'node:fs/promises';
import { join, posix } from 'node:path';
import { FusionError } from '@fusion-kit/domain/errors';
import { parsedJson } from '@fusion-kit/domain/parsed-json';
import * as z from 'zod';

export const MANIFEST = 'fusion-kit-backup.json';
/** Changes when an older release could not restore what is written. */
const FORMAT = 1;

/** A path below the directory, with slashes: never one that leads out of it. */
const Path = z
  .string()
  .min(1)
  .refine((path) => !posix.isAbsolute(path) && posix.normalize(path) === path && !/^\.\.(\/|$)|\\|\0/.test(path));
const BackedUpFile = z.object({ path: Path, bytes: z.int().nonnegative(), sha256: z.string().regex(/^[0-9a-f]{64}$/) });
export type BackedUpFile = z.infer<typeof BackedUpFile>;

/** What a backup holds, and as of which event. */
export const Manifest = z.object({
  format: z.literal(FORMAT),
  /** The release that made it. */
  version: z.string(),
  /** ISO 8601. */
  takenAt: z.iso.datetime(),
  dataId: z.string().min(1),
  /** Versions of the database's schema, and of what the rows are folded by. */
  schema: z.int().positive(),
  projectionVersion: z.int(),
  /** The last event in it, and the hash of the rows that the log up to there leads to. */
  seq: z.int().nonnegative(),
  stateHash: z.string(),
  withToken: z.boolean(),
  files: z.array(BackedUpFile),
});
export type Manifest = z.infer<typeof Manifest>;

export const manifestOf = (rest: Omit<Manifest, 'format'>): Manifest => ({ format: FORMAT, ...rest });

/** @throws {FusionError} `backup_invalid`; `journal_newer` when a newer release made it */
export async function readManifest(directory: string): Promise<Manifest> {
  const path = join(directory, MANIFEST);
  const text = await readFile(path, 'utf8').catch((cause: unknown) => {
    throw new FusionError('backup_invalid', `${directory} is no backup: it has no ${MANIFEST}`, { cause });
  });
  const document = parsedJson(text);
  const format = z.object({ format: z.int() }).safeParse(document).data?.format;
  if (format !== undefined && format > FORMAT)
    throw new FusionError('journal_newer', `${path} has format ${format}; this fusion-kit knows ${FORMAT}`);
  const manifest = Manifest.safeParse(document);
  if (manifest.success) return manifest.data;
  throw new FusionError('backup_invalid', `${path} is damaged: ${z.prettifyError(manifest.error)}`);
}
