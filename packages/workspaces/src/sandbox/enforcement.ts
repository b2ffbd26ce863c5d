import type { Sandbox } from '@fusion-kit/domain/ports/sandbox';

export type Limit =
  | 'filesystem'
  | 'network'
  | 'processes'
  | 'environment'
  | 'memory'
  | 'process count'
  | 'file size'
  | 'disk';
export type Mechanism = 'namespace' | 'cgroup' | 'rlimit' | 'none';

/** What keeps agents to one limit on this machine. `none` means that nothing does. */
export interface Enforcement {
  limit: Limit;
  mechanism: Mechanism;
  note: string;
}

const UNLIMITED: readonly Enforcement[] = [
  { limit: 'memory', mechanism: 'none', note: 'a process may use all memory of the machine' },
  { limit: 'process count', mechanism: 'none', note: 'a process may start as many others as the user may' },
  { limit: 'file size', mechanism: 'none', note: 'a file may grow until the disk is full' },
  { limit: 'disk', mechanism: 'none', note: 'workspaces may grow until the disk is full' },
];

const BUBBLEWRAP: readonly Enforcement[] = [
  {
    limit: 'filesystem',
    mechanism: 'namespace',
    note: 'an agent sees its workspace, the project store read-only and the system read-only; nothing else exists for it',
  },
  {
    limit: 'network',
    mechanism: 'namespace',
    note: 'no network but its own loopback, except for setup commands and where the network was opened',
  },
  {
    limit: 'processes',
    mechanism: 'namespace',
    note: 'an agent sees and signals only its own processes, and all of them die with the command that started them',
  },
  {
    limit: 'environment',
    mechanism: 'namespace',
    note: 'only the variables it was given; those of other processes are out of sight',
  },
];

const NONE: readonly Enforcement[] = [
  { limit: 'filesystem', mechanism: 'none', note: 'an agent can read and write everything that you can' },
  { limit: 'network', mechanism: 'none', note: 'an agent reaches what you reach' },
  {
    limit: 'processes',
    mechanism: 'none',
    note: 'an agent can signal your processes; one that leaves its group outlives it',
  },
  {
    limit: 'environment',
    mechanism: 'none',
    note: 'it is started with a clean environment, but can read that of your other processes',
  },
];

/** For every limit, what enforces it under this sandbox. */
export const enforcement = (sandbox: Pick<Sandbox, 'id'>): readonly Enforcement[] => [
  ...(sandbox.id === 'bubblewrap' ? BUBBLEWRAP : NONE),
  ...UNLIMITED,
];
