import { asFusionError } from '@fusion-kit/domain/errors';
import { installProgram } from '@fusion-kit/runtimes/programs/find/install';
import { installsOf, openPrograms } from '@fusion-kit/runtimes/programs/open-programs';

const INSTALL_TIMEOUT_MS = 240_000;

/**
 * Sees to it that a program is on this machine: found as it is for agents, else installed into the user's cache as `fusion-kit agent install` does, never as a dependency.
 * Undefined when it is there; else why it cannot be had, in the words of the registry.
 */
export async function missingProgram(name: string, dataDir: string): Promise<string | undefined> {
  const { env } = process;
  const programs = openPrograms({ env, dataDir });
  const { acp } = programs.named(name);
  if (!acp) return `${name} does not speak the protocol`;
  if (await programs.find(acp)) return undefined;
  if (!acp.package) return `${name} is not on PATH, and no package brings it`;
  const install = { installs: installsOf(env), name, package: acp.package, env };
  return installProgram(install, AbortSignal.timeout(INSTALL_TIMEOUT_MS)).then(
    () => undefined,
    (thrown: unknown) => `it cannot be installed: ${asFusionError(thrown).message}`,
  );
}
