import * as z from 'zod';

/** Whose key a program's model calls carry: the house's, by the gateway; or the program's own login with its vendor. */
export const Credentials = z.enum(['gateway', 'login']);
export type Credentials = z.infer<typeof Credentials>;

/** What a program is answered that asks before it uses a tool; `ask` leaves it to a person. */
export const Permissions = z.enum(['allow', 'ask', 'deny']);
export type Permissions = z.infer<typeof Permissions>;

/** What of the user's own configuration of a program is copied into the agent's HOME. */
export const Taken = z.enum(['instructions', 'settings', 'mcp', 'skills']);
export type Taken = z.infer<typeof Taken>;

/** A name that may be reached over the network, `registry.npmjs.org`, or all below one, `*.npmjs.org`; with a port where it is not 443. */
export const AllowedHost = z
  .string()
  .max(260)
  .regex(
    /^(\*\.)?[a-z0-9]([a-z0-9-]*[a-z0-9])?(\.[a-z0-9]([a-z0-9-]*[a-z0-9])?)*(:[0-9]{1,5})?$/,
    'a host name in lower case, *. before it for all below it, :PORT behind it',
  );

/** The name of a secret, as environment variables are called. */
export const SecretName = z
  .string()
  .max(100)
  .regex(/^[A-Za-z_][A-Za-z0-9_]*$/, 'letters, digits and _');

/** What all the processes of an agent may use together, except `fileMb`, which is for each file they write. */
export const ResourceLimits = z.object({
  memoryMb: z.int().min(64).max(1_000_000).optional(),
  processes: z.int().min(8).max(100_000).optional(),
  fileMb: z.int().min(1).max(1_000_000).optional(),
  /** What its workspace and HOME may grow to. */
  workspaceMb: z.int().min(16).max(10_000_000).optional(),
  /** How many files and directories it may have there. */
  workspaceFiles: z.int().min(1_000).max(100_000_000).optional(),
});
export type ResourceLimits = z.infer<typeof ResourceLimits>;

/** What the processes of an agent use together, as far as this machine tells. */
export const LeashUsage = z.object({
  /** Without what the system keeps of files and could drop. */
  memoryBytes: z.number().nonnegative().optional(),
  /** Processor time since the work began, of those that have ended too. */
  cpuMs: z.number().nonnegative().optional(),
  processes: z.int().nonnegative().optional(),
  /** What its workspace, HOME and temporary files take on the disk. */
  diskBytes: z.number().nonnegative().optional(),
  /** How many files and directories they are. */
  files: z.int().nonnegative().optional(),
});
export type LeashUsage = z.infer<typeof LeashUsage>;

/** What keeps agents to something on this machine, as it was found out by trying. */
export const LeashClaim = z.object({
  what: z.enum([
    'files',
    'network',
    'other processes',
    'environment',
    'memory',
    'processes',
    'file size',
    'disk',
    'time',
  ]),
  /** `watch`: looked at every so often, and ended when it is passed. `none`: nothing does. */
  by: z.enum(['namespaces', 'cgroup v2', 'cgroup v1', 'rlimit', 'watch', 'timer', 'none']),
  /** What follows from it for an agent. */
  note: z.string(),
  /** What a person can do to have it enforced. */
  remedy: z.string().optional(),
});
export type LeashClaim = z.infer<typeof LeashClaim>;
