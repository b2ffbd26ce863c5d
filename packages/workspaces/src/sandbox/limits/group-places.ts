import { isAbsolute, join, relative } from 'node:path';

/** What control groups limit or count. Version 1 has a hierarchy for each of them, version 2 one for all. */
export const CONTROLLERS = ['memory', 'pids', 'cpuacct'] as const;
export type Controller = (typeof CONTROLLERS)[number];

/** A directory in which groups can be made, and what they have in there. */
export interface GroupPlace {
  version: 1 | 2;
  controllers: readonly Controller[];
  directory: string;
}

interface Mount extends GroupPlace {
  /** What of the hierarchy is mounted there. */
  root: string;
}

/** Lines of `/proc/self/mountinfo`, proc_pid_mountinfo(5). */
function mountsOf(mountinfo: string): Mount[] {
  return mountinfo.split('\n').flatMap((line): Mount[] => {
    const [before = '', after = ''] = line.split(' - ');
    const [, , , root = '', directory = ''] = before.split(' ');
    const [type, , options = ''] = after.split(' ');
    if (type === 'cgroup2') return [{ version: 2, controllers: CONTROLLERS, directory, root }];
    if (type !== 'cgroup') return [];
    const controllers = CONTROLLERS.filter((controller) => options.split(',').includes(controller));
    return controllers.length > 0 ? [{ version: 1, controllers, directory, root }] : [];
  });
}

/** The group of a process in a hierarchy, by `/proc/PID/cgroup`, cgroups(7). */
function membershipIn(mount: Mount, membership: string): string | undefined {
  for (const line of membership.split('\n')) {
    const [, names = '', path] = /^\d+:([^:]*):(.*)$/.exec(line) ?? [];
    const same = mount.version === 2 ? names === '' : names.split(',').some((name) => isOf(name, mount));
    if (same && path !== undefined) return path;
  }
  return undefined;
}
const isOf = (name: string, { controllers }: Mount): boolean => controllers.some((each) => each === name);

/**
 * Where groups may be made so that what surrounds this process surrounds them too: of version 1 its own group in each hierarchy, of version 2 its own and
 * all those around it, the nearest first. Pure.
 * @param mountinfo as of `/proc/self/mountinfo`
 * @param membership as of `/proc/self/cgroup`
 */
export function groupPlaces(mountinfo: string, membership: string): { v1: GroupPlace[]; v2: GroupPlace[] } {
  const found: { v1: GroupPlace[]; v2: GroupPlace[] } = { v1: [], v2: [] };
  for (const { root, ...mount } of mountsOf(mountinfo)) {
    const path = membershipIn({ root, ...mount }, membership);
    if (path === undefined) continue;
    const below = relative(root, path);
    // In a container the path may be one outside of it; then the mount is the container's own group.
    const parts = below.startsWith('..') || isAbsolute(below) ? [] : below.split('/').filter(Boolean);
    if (mount.version === 1) found.v1.push({ ...mount, directory: join(mount.directory, ...parts) });
    else
      for (let length = parts.length; length >= 0; length -= 1)
        found.v2.push({ ...mount, directory: join(mount.directory, ...parts.slice(0, length)) });
  }
  return found;
}
