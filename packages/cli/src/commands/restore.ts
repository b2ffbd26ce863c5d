import { resolve } from 'node:path';
import { FusionError } from '@fusion-kit/domain/errors';
import * as z from 'zod';
import { restoreBackup } from '../backup/restore-backup.ts';
import type { Answer, Call } from '../call.ts';
import { dataDirectoryOf } from '../data-directory.ts';
import { argument, optionsOf } from '../options.ts';
import { findServer } from '../server/find-server.ts';

/** Makes a data directory of a backup, where there is none. */
export async function restore(call: Call): Promise<Answer> {
  const options = optionsOf(call, z.object({ home: z.string().min(1).optional() }));
  const from = resolve(call.cwd, argument(call, 0, '<backup>'));
  const home = options.home === undefined ? dataDirectoryOf(call) : resolve(call.cwd, options.home);
  const found = await findServer(home);
  if (found.state === 'running' || found.state === 'silent')
    throw new FusionError('journal_locked', `a server runs on ${home}: process ${found.server.pid}`, {
      remedy: 'Name a new directory with --home.',
    });
  const { manifest, warnings } = await restoreBackup(from, home);
  const { seq, takenAt, version } = manifest;
  return {
    data: { home, from, seq, takenAt, version, warnings },
    text: (paint) =>
      [
        `restored ${home} as of event ${seq}, ${takenAt}; its log leads to its rows\n`,
        ...warnings.map((warning) => `${paint.yellow('!')} ${warning}\n`),
        options.home === undefined ? '' : paint.dim(`FUSION_KIT_HOME=${home} fusion-kit up starts a server on it.\n`),
      ].join(''),
  };
}
