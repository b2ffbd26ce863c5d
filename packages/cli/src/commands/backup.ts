import { resolve } from 'node:path';
import * as z from 'zod';
import { takeBackup } from '../backup/take-backup.ts';
import type { Answer, Call } from '../call.ts';
import { dataDirectoryOf } from '../data-directory.ts';
import { argument, optionsOf } from '../options.ts';
import { bytes as shownBytes } from '../output/figures.ts';
import { VERSION } from '../version.ts';

/** Copies the data directory to a new file or directory, as of one moment; a server that runs goes on. */
export async function backup(call: Call): Promise<Answer> {
  const { withToken } = optionsOf(call, z.object({ withToken: z.boolean().default(false) }));
  const target = resolve(call.cwd, argument(call, 0, '<target>'));
  const dataDir = dataDirectoryOf(call);
  const { manifest, bytes, damagedBlobs } = await takeBackup({ dataDir, target, withToken, version: VERSION });
  const { seq, takenAt, stateHash, files } = manifest;
  return {
    data: { target, dataDir, takenAt, seq, stateHash, files: files.length, bytes, withToken, damagedBlobs },
    text: (paint) =>
      [
        `backed up ${dataDir} as of event ${seq} to ${target}: ${files.length} files, ${shownBytes(bytes)}\n`,
        paint.dim(
          `Not in it: uncommitted work of agents that are at work${withToken ? '' : ', the access token'}. \`fusion-kit restore ${target} --home DIRECTORY\` brings it back.\n`,
        ),
        ...damagedBlobs.map((blob) => `${paint.yellow('!')} ${blob} is damaged and is not in it\n`),
      ].join(''),
  };
}
