import { access, constants, readFile } from 'node:fs/promises';
import { delimiter, isAbsolute, join } from 'node:path';
import type { Sandbox } from '@fusion-kit/domain/ports/sandbox';
import { runCommand } from '../command.ts';
import { bubblewrapSandbox } from './bubblewrap.ts';

/** Something that keeps agents from being confined on this machine, and what a person can do about it. */
export interface SandboxProblem {
  what: string;
  remedy: string;
}

/** What is known about why a cage did not start. */
export interface Symptoms {
  platform: string;
  /** Absolute path of `bwrap`, when there is one. */
  executable?: string;
  /** What bwrap said. */
  output?: string;
  /** Content of `/proc/sys/kernel/apparmor_restrict_unprivileged_userns`, where the kernel has it. */
  appArmorRestriction?: string;
  /** Content of `/proc/sys/kernel/unprivileged_userns_clone`, where the kernel has it. */
  usernsClone?: string;
  /** Content of `/proc/sys/user/max_user_namespaces`. */
  usernsMax?: string;
}

/** The AppArmor profile that lets bubblewrap alone use user namespaces. */
const appArmorRemedy = (executable: string): string =>
  [
    'Allow it for bubblewrap alone, as root:',
    `printf 'abi <abi/4.0>,\\ninclude <tunables/global>\\nprofile bwrap ${executable} flags=(unconfined) {\\n  userns,\\n}\\n' > /etc/apparmor.d/bwrap`,
    'apparmor_parser -r /etc/apparmor.d/bwrap',
    '(or for every program: sysctl -w kernel.apparmor_restrict_unprivileged_userns=0)',
  ].join('\n');

/** Names the reason and its remedy. Pure. */
export function diagnose(symptoms: Symptoms): SandboxProblem {
  const { platform, executable, output = '' } = symptoms;
  if (platform !== 'linux')
    return {
      what: `bubblewrap confines on Linux only, and of ${platform === 'darwin' ? 'macOS' : platform} no other sandbox was ever shown to hold agents`,
      remedy: `Work inside ${platform === 'win32' ? 'WSL2' : 'a Linux machine on this one (Lima, OrbStack, a container that allows user namespaces)'}, or choose \`--sandbox none\` knowing that agents can then touch everything you can.`,
    };
  if (!executable)
    return {
      what: 'bubblewrap (bwrap) is not installed',
      remedy: 'Install it: apt-get install bubblewrap, dnf install bubblewrap, or pacman -S bubblewrap.',
    };
  if (symptoms.appArmorRestriction?.trim() === '1')
    return {
      what: 'AppArmor keeps programs from making user namespaces (as Ubuntu does since 23.10)',
      remedy: appArmorRemedy(executable),
    };
  if (symptoms.usernsClone?.trim() === '0')
    return {
      what: 'The kernel allows user namespaces to root only',
      remedy: 'As root: sysctl -w kernel.unprivileged_userns_clone=1',
    };
  if (symptoms.usernsMax?.trim() === '0')
    return {
      what: 'The kernel allows no user namespaces',
      remedy: 'As root: sysctl -w user.max_user_namespaces=15000',
    };
  return {
    what: `bubblewrap does not work here: ${output.trim() || 'it said nothing'}`,
    remedy:
      'In a container, start it with user namespaces and its own /proc allowed (Docker: --security-opt seccomp=unconfined --security-opt systempaths=unconfined), or choose `--sandbox none`.',
  };
}

async function findExecutable(name: string, searchPath: string): Promise<string | undefined> {
  for (const directory of searchPath.split(delimiter).filter((part) => isAbsolute(part))) {
    const path = join(directory, name);
    const found = await access(path, constants.X_OK).then(
      () => true,
      () => false,
    );
    if (found) return path;
  }
  return undefined;
}

const readIfThere = (path: string): Promise<string | undefined> => readFile(path, 'utf8').catch(() => undefined);

const TRIAL_TIMEOUT_MS = 10_000;

/**
 * Looks for the sandbox of this machine by really running a command in it.
 *
 * @returns the sandbox when it works, else why not
 */
export async function detectSandbox(
  searchPath: string = process.env['PATH'] ?? '/usr/local/bin:/usr/bin:/bin',
): Promise<{ sandbox?: Sandbox; problems: SandboxProblem[] }> {
  const platform = process.platform;
  const executable = platform === 'linux' ? await findExecutable('bwrap', searchPath) : undefined;
  if (!executable) return { problems: [diagnose({ platform })] };
  const sandbox = bubblewrapSandbox({ executable });
  const trial = sandbox.wrap({
    command: '/bin/sh',
    args: ['-c', 'test -r /proc/self/status && echo works'],
    cwd: '/',
    writable: [],
    readable: [],
    env: { PATH: '/usr/bin:/bin' },
    network: 'none',
  });
  const ended = await runCommand(trial, { timeoutMs: TRIAL_TIMEOUT_MS });
  if (ended.exitCode === 0 && ended.stdout.trim() === 'works') return { sandbox, problems: [] };
  const [appArmorRestriction, usernsClone, usernsMax] = await Promise.all([
    readIfThere('/proc/sys/kernel/apparmor_restrict_unprivileged_userns'),
    readIfThere('/proc/sys/kernel/unprivileged_userns_clone'),
    readIfThere('/proc/sys/user/max_user_namespaces'),
  ]);
  const symptoms: Symptoms = {
    platform,
    executable,
    output: ended.output,
    ...(appArmorRestriction !== undefined && { appArmorRestriction }),
    ...(usernsClone !== undefined && { usernsClone }),
    ...(usernsMax !== undefined && { usernsMax }),
  };
  return { problems: [diagnose(symptoms)] };
}
