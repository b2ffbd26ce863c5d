import type { Sandbox } from '@fusion-kit/domain/ports/sandbox';

/**
 * Runs commands as they are, for who chose it knowingly: only the environment is clean. Paths and network of the spec are not enforced,
 * and a process that left its process group outlives the killed command.
 */
export function noSandbox(): Sandbox {
  return {
    id: 'none',
    wrap: (spec) => ({ command: spec.command, args: [...spec.args], env: { ...spec.env }, cwd: spec.cwd }),
  };
}
