import type { LeashClaim, ResourceLimits } from '@fusion-kit/domain/leash';
import type { Sandbox } from '@fusion-kit/domain/ports/sandbox';
import type { LimitMeans } from './limits/detect-limits.ts';
import { type Figures, figuresOf, usualFigures } from './limits/figures.ts';

const CAGED: readonly LeashClaim[] = [
  {
    what: 'files',
    by: 'namespaces',
    note: 'an agent sees its workspace and HOME, the project store and the system read-only; nothing else exists for it',
  },
  {
    what: 'network',
    by: 'namespaces',
    note: 'its own loopback, and there the gateway; no service of this machine, no other one but those that it was allowed by name',
  },
  {
    what: 'other processes',
    by: 'namespaces',
    note: 'it sees and signals its own only, and all of them die with the command that started them',
  },
  {
    what: 'environment',
    by: 'namespaces',
    note: 'it has the variables it was given; those of other processes are out of sight',
  },
];

const FREE: readonly LeashClaim[] = [
  { what: 'files', by: 'none', note: 'an agent can read and write everything that you can' },
  { what: 'network', by: 'none', note: 'it reaches what you reach' },
  { what: 'other processes', by: 'none', note: 'it can signal your processes' },
  {
    what: 'environment',
    by: 'none',
    note: 'it is started with a clean one, but can read that of your other processes',
  },
];

const UNCAGED = '; without a sandbox, one that sets out to do so can free itself of it';

/** What keeps agents to what on this machine, with the figures of those for whom nothing else was said. What is claimed here the tests of attacks hold it to. Pure. */
export function leashClaims(
  sandbox: Pick<Sandbox, 'id'>,
  means: LimitMeans,
  usual: ResourceLimits = {},
  figures: Figures = figuresOf(usualFigures(), usual),
): LeashClaim[] {
  const held = [memory(means, figures), processes(means, figures)];
  const caged = sandbox.id !== 'none';
  return [
    ...(caged ? CAGED : FREE),
    ...held.map((claim) => (caged || claim.by === 'none' ? claim : { ...claim, note: `${claim.note}${UNCAGED}` })),
    {
      what: 'file size',
      by: 'rlimit',
      note: `${figures.fileMb} MB for each file; a write that goes beyond fails`,
    },
    {
      what: 'disk',
      by: 'watch',
      note: `${figures.workspaceMb} MB and ${figures.workspaceFiles} files for workspace, HOME and temporary files; looked at every second, and ended where there is more`,
    },
    { what: 'time', by: 'timer', note: 'as each task says; then everything of it is ended' },
  ];
}

/** Where a user's own systemd gives groups away, a service has a place to make its own in. */
const REMEDY =
  'Start the server where it may make control groups: `systemd-run --user --scope fusion-kit up`, or as root; in a container, with a writable /sys/fs/cgroup.';

function memory({ memory: by, lacking }: LimitMeans, { memoryMb }: Figures): LeashClaim {
  const what = 'memory';
  switch (by) {
    case 'cgroup v2':
    case 'cgroup v1':
      return { what, by, note: `${memoryMb} MB for all its processes together; beyond, one of them is killed` };
    case 'rlimit':
      return {
        what,
        by,
        note: `${memoryMb} MB for each process; together they may have more, and files in memory are not counted (${lacking})`,
        remedy: REMEDY,
      };
    case 'none':
      return { what, by, note: `not enforced here: ${lacking}`, remedy: REMEDY };
  }
}

function processes({ processes: by, lacking }: LimitMeans, { processes: most }: Figures): LeashClaim {
  const what = 'processes';
  switch (by) {
    case 'cgroup v2':
    case 'cgroup v1':
      return { what, by, note: `${most} at once, threads among them; beyond, none is started` };
    case 'rlimit':
      return {
        what,
        by,
        note: `${most} more than you had when its work began, threads among them; yours count as well (${lacking})`,
        remedy: REMEDY,
      };
    case 'none':
      return { what, by, note: `not enforced here: ${lacking}`, remedy: REMEDY };
  }
}
