import { mkdir } from 'node:fs/promises';
import { delimiter, dirname, join } from 'node:path';
import { execFile } from 'node:child_process';
import { FusionError } from '@fusion-kit/domain/errors';
import type { ProgramPackage } from '../program.ts';

/** Several hundred megabytes over a slow line. */
const WITHIN_MS = 1_800_000;
const COMPLAINT_MAX = 1_500;

export interface Installation {
  /** Where programs are installed, of `installsOf`. */
  installs: string;
  name: string;
  package: ProgramPackage;
  env: Readonly<Record<string, string | undefined>>;
}

/**
 * Installs a program by npm, in the version that was tried, into a directory of its own.
 *
 * @returns the directory
 * @throws {FusionError} `program_missing` with what npm complained of
 */
export async function installProgram(
  { installs, name, package: from, env }: Installation,
  signal: AbortSignal,
): Promise<string> {
  const place = join(installs, name);
  await mkdir(place, { recursive: true });
  const packages = `${from.name}@${from.version}`;
  // What a package would run while it is installed could do all that the user can: none of them needs that.
  const args = ['install', '--prefix', place, '--ignore-scripts', '--no-audit', '--no-fund', '--save-exact', packages];
  // npm is started by the Node that comes first: an older one than ours would be of no use to what is installed.
  const path = [dirname(process.execPath), env['PATH'] ?? ''].join(delimiter);
  await new Promise<void>((resolve, reject) => {
    const options = { env: { ...env, PATH: path }, timeout: WITHIN_MS, signal, maxBuffer: 10_000_000 };
    execFile('npm', args, options, (failed, _out, complaints) => {
      if (!failed) return resolve();
      const why = complaints.trim().slice(-COMPLAINT_MAX) || failed.message;
      reject(
        new FusionError('program_missing', `npm cannot install ${packages}: ${why}`, {
          cause: failed,
          remedy: `Try it by hand: npm ${args.join(' ')}`,
        }),
      );
    });
  });
  return place;
}
