import { execFile } from 'node:child_process';
import { mkdir, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { promisify } from 'node:util';
import { installsOf, openPrograms } from '@fusion-kit/runtimes/programs/open-programs';

const INSTALL_TIMEOUT_MS = 180_000;

/**
 * Sees to it that a program is on this machine: found as it is for agents, else installed by npm into the cache outside of the project, never as a dependency.
 * Undefined when it is there; else why it cannot be had, in the words of the registry.
 */
export async function missingProgram(name: string, dataDir: string): Promise<string | undefined> {
  const programs = openPrograms({ env: process.env, dataDir });
  const { acp } = programs.named(name);
  if (!acp) return `${name} does not speak the protocol`;
  if (await programs.find(acp)) return undefined;
  if (!acp.package) return `${name} is not on PATH, and no package brings it`;
  const place = join(installsOf(process.env), name);
  return oneAtATime(place, async () => {
    if (await openPrograms({ env: process.env, dataDir }).find(acp)) return undefined;
    const { name: from, version } = acp.package!;
    const args = ['install', '--prefix', place, '--no-audit', '--no-fund', '--no-progress', `${from}@${version}`];
    return promisify(execFile)('npm', args, { timeout: INSTALL_TIMEOUT_MS }).then(
      () => undefined,
      (thrown: Error & { stderr?: string }) =>
        `${from}@${version} cannot be installed: ${thrown.stderr || thrown.message}`,
    );
  });
}

/** Tests of several processes may want the same program; whoever comes second finds what the first has installed. */
async function oneAtATime<T>(place: string, act: () => Promise<T>): Promise<T> {
  const lock = `${place}.installing`;
  await mkdir(join(place), { recursive: true });
  for (;;) {
    const mine = await mkdir(lock).then(
      () => true,
      () => false,
    );
    if (mine) break;
    const age =
      Date.now() -
      (await stat(lock).then(
        ({ mtimeMs }) => mtimeMs,
        () => Date.now(),
      ));
    if (age > INSTALL_TIMEOUT_MS) await rm(lock, { recursive: true, force: true }); // whoever made it is gone
    await wait(500);
  }
  try {
    return await act();
  } finally {
    await rm(lock, { recursive: true, force: true });
  }
}
