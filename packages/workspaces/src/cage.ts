import { dirname, join } from 'node:path';
import { existsSync } from 'node:fs';
import { FusionError } from '@fusion-kit/domain/errors';
import type { CommandLine, Sandbox } from '@fusion-kit/domain/ports/sandbox';
import type { CageOptions, RunOptions, ScriptEnd } from '@fusion-kit/domain/ports/workspaces';
import { runCommand } from './command.ts';
import { gitEnvironment } from './git.ts';
import { PLACE } from './processes.ts';
import type { HeldLeash } from './sandbox/limits/leashes.ts';
import { acrossBridge } from './sandbox/across-bridge.ts';

/** What a cage is made of: the directory it starts in, its HOME and TMPDIR, and what else it may touch. */
export interface CagePlan {
  sandbox: Sandbox;
  cwd: string;
  home: string;
  temporary: string;
  writable: readonly string[];
  readable: readonly string[];
  network: 'none' | 'host';
  /** What holds everything that is started by the plan to limits; nothing does when absent. */
  leash?: Pick<HeldLeash, 'wrap'>;
}

/** Where this node lies, and the npm that came with it: agents and setup commands use the same one. */
const nodeDirectory = dirname(process.execPath);
const npmDirectory = join(nodeDirectory, '..', 'lib', 'node_modules', 'npm');
const NODE_PATHS = [nodeDirectory, ...(existsSync(npmDirectory) ? [npmDirectory] : [])];
const SEARCH_PATH = [nodeDirectory, '/usr/local/bin', '/usr/bin', '/bin', '/usr/local/sbin', '/usr/sbin', '/sbin'];

/** The command line that runs a command in the cage of a plan, with an environment that holds nothing of the host's. */
export function cageCommand(
  plan: CagePlan,
  command: string,
  args: readonly string[],
  options: CageOptions = {},
): CommandLine {
  const run = options.bridge ? acrossBridge(options.bridge, command, args) : { command, args, readable: [] };
  const line = plan.sandbox.wrap({
    command: run.command,
    args: run.args,
    cwd: options.cwd ?? plan.cwd,
    writable: [...plan.writable, plan.home, plan.temporary],
    readable: [...NODE_PATHS, ...plan.readable, ...run.readable, ...(options.readable ?? [])],
    env: {
      HOME: plan.home,
      TMPDIR: plan.temporary,
      PATH: SEARCH_PATH.join(':'),
      LANG: 'C.UTF-8',
      SHELL: '/bin/sh',
      USER: 'agent',
      ...options.env,
      [PLACE]: plan.home,
    },
    network: plan.network,
  });
  return plan.leash?.wrap(line) ?? line;
}

/** Names that a person's own variables have on their way in: some, such as LD_PRELOAD, would change the program that makes the cage. */
const CARRIED = 'FUSION_KIT_ENV_';

/** Runs a person's script in the cage, with variables of its own, as `Workspace.run` promises. */
export async function runInCage(
  plan: CagePlan,
  script: string,
  { env = {}, reach = {}, input, show, started }: RunOptions,
  signal: AbortSignal,
): Promise<ScriptEnd> {
  const own = { ...reach.env, ...env };
  const names = Object.keys(own);
  const unpack = names.map((name) => `export ${name}="$${CARRIED}${name}"; unset ${CARRIED}${name}; `).join('');
  const carried = Object.fromEntries(names.map((name) => [CARRIED + name, own[name] ?? '']));
  const line = cageCommand(plan, '/bin/sh', ['-c', `${unpack}exec /bin/sh -c "$0"`, script], {
    ...reach,
    env: carried,
  });
  return await runCommand(line, { timeoutMs: Infinity, signal, input, show, started, ...unconfined(plan) });
}

/** Where no PID namespace ends everything together, what is left is found by the place it was started for. */
export const unconfined = ({ sandbox, home }: CagePlan): { place?: string } =>
  sandbox.id === 'none' ? { place: home } : {};

const SCRIPT_TIMEOUT_MS = 300_000;

/**
 * Runs a shell script with positional arguments in the cage, without network, and returns what it printed.
 * Every git in it runs none of the hooks and monitors that the repository names.
 *
 * @throws {FusionError} `workspace_failed`
 */
export async function runScript(
  plan: CagePlan,
  {
    doing,
    script,
    args = [],
    env = {},
  }: { doing: string; script: string; args?: readonly string[]; env?: Record<string, string> },
): Promise<string> {
  const line = cageCommand({ ...plan, network: 'none' }, '/bin/sh', ['-euc', script, 'sh', ...args], {
    env: { ...gitEnvironment(), ...env },
  });
  const ended = await runCommand(line, { timeoutMs: SCRIPT_TIMEOUT_MS }).catch((cause: unknown) => {
    throw new FusionError('workspace_failed', `${doing}: ${String(cause)}`, { cause });
  });
  if (ended.exitCode === 0) return ended.stdout.trim();
  const why = ended.timedOut ? `stopped after ${SCRIPT_TIMEOUT_MS} ms` : ended.output.trim().slice(-2_000);
  throw new FusionError('workspace_failed', `${doing}: ${why || `ended with ${ended.exitCode}`}`);
}
