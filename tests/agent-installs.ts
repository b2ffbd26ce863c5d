import { mkdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as after } from 'node:timers/promises';
import { asFusionError } from '@fusion-kit/domain/errors';
import { installProgram } from '@fusion-kit/runtimes/programs/find/install';
import { installsOf, openPrograms } from '@fusion-kit/runtimes/programs/open-programs';

const INSTALL_TIMEOUT_MS = 240_000;
/** So long a registry that had nothing is not asked again: many tests of one run need the same program. */
const MISSED_MS = 600_000;
const LOOK_MS = 200;

/**
 * Sees to it that a program is on this machine: found as it is for agents, else installed into the user's cache as `fusion-kit agent install` does, never as a dependency.
 * Undefined when it is there; else why it cannot be had, in the words of the registry.
 */
export async function missingProgram(name: string, dataDir: string): Promise<string | undefined> {
  const { env } = process;
  const programs = openPrograms({ env, dataDir });
  const { acp } = programs.named(name);
  if (!acp) return `${name} does not speak the protocol`;
  const installs = installsOf(env);
  await mkdir(installs, { recursive: true });
  return alone(join(installs, `${name}.lock`), async () => {
    if (await programs.find(acp)) return undefined;
    if (!acp.package) return `${name} is not on PATH, and no package brings it`;
    const note = join(installs, `${name}.missed`);
    const missed = await lately(note);
    if (missed !== undefined) return missed;
    const install = { installs, name, package: acp.package, env };
    try {
      await installProgram(install, AbortSignal.timeout(INSTALL_TIMEOUT_MS));
      return undefined;
    } catch (thrown) {
      const why = `it cannot be installed: ${asFusionError(thrown).message}`;
      await rm(join(installs, name), { recursive: true, force: true }); // half of it would be found as if it were whole
      await writeFile(note, why);
      return why;
    }
  });
}

/** What a note says that was written a while ago at most. */
async function lately(note: string): Promise<string | undefined> {
  const written = await stat(note).catch(() => undefined);
  return written && Date.now() - written.mtimeMs < MISSED_MS ? readFile(note, 'utf8') : undefined;
}

/** One process at a time: tests of several files install the same program, and two npm in one directory break each other. */
async function alone<Result>(lock: string, work: () => Promise<Result>): Promise<Result> {
  for (;;) {
    const isMine = await writeFile(lock, String(process.pid), { flag: 'wx' }).then(
      () => true,
      () => false,
    );
    if (isMine) break;
    const holder = Number(await readFile(lock, 'utf8').catch(() => ''));
    if (holder > 0 && !isAlive(holder)) await rm(lock, { force: true });
    await after(LOOK_MS);
  }
  try {
    return await work();
  } finally {
    await rm(lock, { force: true });
  }
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}
