import type { CageSpec, CommandLine, Sandbox } from '@fusion-kit/domain/ports/sandbox';

/** What every program needs of the system: code, libraries, certificates, names of users. Nothing of it is a secret, none of it is writable. */
const SYSTEM_PATHS = [
  '/usr',
  '/bin',
  '/sbin',
  '/lib',
  '/lib32',
  '/lib64',
  '/libx32',
  '/nix/store',
  '/etc/alternatives',
  '/etc/ca-certificates',
  '/etc/group',
  '/etc/hosts',
  '/etc/ld.so.cache',
  '/etc/ld.so.conf',
  '/etc/ld.so.conf.d',
  '/etc/localtime',
  '/etc/nsswitch.conf',
  '/etc/passwd',
  '/etc/pki',
  '/etc/ssl',
];

const depth = (path: string): number => path.split('/').length;

function mounts(spec: CageSpec): string[] {
  const wanted = [
    ...spec.readable.map((path) => ({ path, flag: '--ro-bind' })),
    ...spec.writable.map((path) => ({ path, flag: '--bind' })),
  ];
  // Outer directories first: a later mount of a parent would hide what is mounted below it.
  return wanted
    .toSorted((one, other) => depth(one.path) - depth(other.path))
    .flatMap(({ path, flag }) => [flag, path, path]);
}

/**
 * Confines by Linux namespaces through bubblewrap: own processes, mounts, IPC, host name and (unless `network` is `host`) network.
 * The environment travels as the environment of the process and not as arguments, because every user of the machine can read arguments.
 *
 * @param executable absolute path of `bwrap`
 */
export function bubblewrapSandbox({ executable }: { executable: string }): Sandbox {
  return {
    id: 'bubblewrap',
    wrap(spec: CageSpec): CommandLine {
      const onNetwork = spec.network === 'host';
      const system = onNetwork ? [...SYSTEM_PATHS, '/etc/resolv.conf'] : SYSTEM_PATHS;
      return {
        command: executable,
        args: [
          '--unshare-all',
          ...(onNetwork ? ['--share-net'] : []),
          // Ends everything inside when the wrapper is killed, also what called setsid: it all lives in one PID namespace.
          '--die-with-parent',
          // Keeps the cage from typing into the terminal that fusion-kit runs in (TIOCSTI).
          '--new-session',
          '--cap-drop',
          'ALL',
          '--hostname',
          'fusion-kit',
          ...system.flatMap((path) => ['--ro-bind-try', path, path]),
          '--proc',
          '/proc',
          '--dev',
          '/dev',
          '--tmpfs',
          '/tmp',
          ...mounts(spec),
          // The root made of the mounts above is in memory; without this a process could fill it.
          '--remount-ro',
          '/',
          '--chdir',
          spec.cwd,
          '--',
          spec.command,
          ...spec.args,
        ],
        env: { ...spec.env },
        cwd: '/',
      };
    },
  };
}
