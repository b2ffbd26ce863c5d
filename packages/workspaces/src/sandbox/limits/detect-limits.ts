import { randomUUID } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { CommandLine } from '@fusion-kit/domain/ports/sandbox';
import { runCommand } from '../../command.ts';
import { Group } from './group.ts';
import { type Controller, type GroupPlace, groupPlaces } from './group-places.ts';
import { type Launch, launch } from './launch.ts';

/** How processes are held to limits on this machine. */
export interface LimitMeans {
  /** Where groups are made; empty where none can be. */
  groups: readonly GroupPlace[];
  memory: Means;
  processes: Means;
  /** Why no group limits what is limited by less, or by nothing. */
  lacking?: string;
}
export type Means = 'cgroup v2' | 'cgroup v1' | 'rlimit' | 'none';

/** What limits nothing but the size of files, which every system does. */
export const NO_MEANS: LimitMeans = { groups: [], memory: 'none', processes: 'none' };

const TRIAL_TIMEOUT_MS = 10_000;
/** Node reserves some hundred megabytes before it begins. */
const TRIAL_BYTES = 1_500e6;
const LINES: Pick<Launch, 'doors' | 'fileBytes'> = { doors: [], fileBytes: TRIAL_BYTES };
const TRIAL = { memoryBytes: TRIAL_BYTES, processes: 64 };

const readIfThere = (path: string): Promise<string> => readFile(path, 'utf8').catch(() => '');

/** Finds out by trying, with processes that end at once; leaves nothing behind. */
export async function detectLimits(): Promise<LimitMeans> {
  if (process.platform !== 'linux')
    return { ...NO_MEANS, lacking: `control groups are Linux's, and this is ${process.platform}` };
  const [mountinfo, membership] = await Promise.all([
    readIfThere('/proc/self/mountinfo'),
    readIfThere('/proc/self/cgroup'),
  ]);
  const { v1, v2 } = groupPlaces(mountinfo, membership);
  for (const place of v2)
    if (!(await whyNot(place))) return { groups: [place], memory: 'cgroup v2', processes: 'cgroup v2' };
  const tried = await Promise.all(v1.map(async (place) => ({ place, why: await whyNot(place) })));
  const groups = tried.filter(({ why }) => !why).map(({ place }) => place);
  const has = (controller: Controller): boolean => groups.some(({ controllers }) => controllers.includes(controller));
  const [data, user] = await Promise.all([
    has('memory') ? false : limitsData(),
    has('pids') ? false : limitsProcesses(),
  ]);
  const [nearest] = v2;
  const why =
    tried.find((each) => each.why)?.why ??
    (nearest && (await whyNot(nearest))) ??
    'there is no hierarchy of control groups here';
  return {
    groups,
    memory: has('memory') ? 'cgroup v1' : data ? 'rlimit' : 'none',
    processes: has('pids') ? 'cgroup v1' : user ? 'rlimit' : 'none',
    ...(!(has('memory') && has('pids')) && { lacking: why }),
  };
}

/** Why a place cannot be used for groups; undefined when a process was in one that has limits. */
async function whyNot(place: GroupPlace): Promise<string | undefined> {
  if (place.version === 2) {
    const given = (await readIfThere(join(place.directory, 'cgroup.subtree_control'))).trim().split(/\s+/);
    const missing = ['memory', 'pids'].filter((controller) => !given.includes(controller));
    if (missing.length > 0) return `groups in ${place.directory} cannot limit ${missing.join(' and ')}`;
  }
  const name = `fusion-kit-trial-${randomUUID()}`;
  const group = new Group([place], name);
  try {
    await group.make(TRIAL);
    const { exitCode, stdout, output } = await tryOut(
      { command: '/bin/cat', args: ['/proc/self/cgroup'] },
      { ...LINES, doors: group.doors },
    );
    if (exitCode === 0 && stdout.includes(`/${name}/`)) return undefined;
    return `no process can be put into a group in ${place.directory}: ${output.trim()}`;
  } catch (thrown) {
    return `no group can be made in ${place.directory}: ${(thrown as Error).message}`;
  } finally {
    await group.remove();
  }
}

const tryOut = (command: Pick<CommandLine, 'command' | 'args'>, limits: Launch) =>
  runCommand(launch({ ...command, env: { PATH: '/usr/bin:/bin' }, cwd: '/' }, limits), { timeoutMs: TRIAL_TIMEOUT_MS });

/** Whether RLIMIT_DATA keeps a process from more: not on every system, getrlimit(2). */
async function limitsData(): Promise<boolean> {
  const more = `Buffer.alloc(${2 * TRIAL_BYTES})`;
  const taking = { command: process.execPath, args: ['-e', more] };
  const [limited, free] = await Promise.all([
    tryOut(taking, { ...LINES, dataBytes: TRIAL_BYTES }),
    tryOut({ ...taking, args: ['-e', '1'] }, { ...LINES, dataBytes: TRIAL_BYTES }),
  ]);
  return limited.exitCode !== 0 && free.exitCode === 0;
}

/** Whether RLIMIT_NPROC keeps this user from more processes: it does not bind root. */
async function limitsProcesses(): Promise<boolean> {
  const forking = { command: '/bin/sh', args: ['-c', '/bin/true; echo forked'] };
  const { stdout } = await tryOut(forking, { ...LINES, userProcesses: 1 });
  return !stdout.includes('forked');
}
