import { execFile } from 'node:child_process';
import { readdir, readFile } from 'node:fs/promises';
import { promisify } from 'node:util';
import { procStat } from '@fusion-kit/domain/proc-stat';

/** Set for everything that runs in a cage: the HOME of the agent or the check that it was started for. */
export const PLACE = 'FUSION_KIT_PLACE';

/** A process as the system shows it. */
export interface RunningProcess {
  pid: number;
  parent: number;
  group: number;
  /** When it started, in the system's own words; with the number it tells two processes apart. */
  start: string;
  /** What `FUSION_KIT_PLACE` was when it started; undefined without it, or where the process hides its environment. */
  place: string | undefined;
}

const PS_TIMEOUT_MS = 10_000;
const PS_OUTPUT_MAX = 64_000_000;

/** All processes of this machine but dead ones that nobody has asked after; undefined when the system does not tell. */
export async function listProcesses(system: NodeJS.Platform = process.platform): Promise<RunningProcess[] | undefined> {
  if (system !== 'linux') return await shownByPs();
  const names = await readdir('/proc').catch(() => undefined);
  const found = await Promise.all(names?.filter((name) => /^\d+$/.test(name)).map(readProcess) ?? []);
  return names && found.filter((each) => each !== undefined);
}

async function readProcess(name: string): Promise<RunningProcess | undefined> {
  const [text, environment] = await Promise.all([
    readFile(`/proc/${name}/stat`, 'utf8').catch(() => ''), // it has ended meanwhile
    readFile(`/proc/${name}/environ`, 'utf8').catch(() => ''), // another user's
  ]);
  const stat = procStat(text);
  if (!stat || stat(3) === 'Z' || stat(3) === 'X') return undefined;
  const entry = environment.split('\0').find((variable) => variable.startsWith(`${PLACE}=`));
  return {
    pid: Number(name),
    parent: Number(stat(4)),
    group: Number(stat(5)),
    start: stat(22),
    place: entry?.slice(PLACE.length + 1),
  };
}

/** As `ps` tells it where there is no `/proc`; macOS shows no environment of the programs that came with it. */
async function shownByPs(): Promise<RunningProcess[] | undefined> {
  const columns = ['pid', 'ppid', 'pgid', 'stat', 'lstart', 'args'].map((name) => `${name}=`).join(',');
  const env = { PATH: process.env['PATH'] ?? '/bin:/usr/bin', LC_CTYPE: 'C.UTF-8' };
  const options = { env, timeout: PS_TIMEOUT_MS, maxBuffer: PS_OUTPUT_MAX };
  const shown = await promisify(execFile)('ps', ['axeww', '-o', columns], options).catch(() => undefined);
  return shown?.stdout.split('\n').flatMap(processOfLine);
}

const LINE = /^\s*(\d+)\s+(\d+)\s+(\d+)\s+(\S+)\s+(\w+\s+\w+\s+\d+\s+[\d:]+\s+\d+)\s+(.*)$/;
/** A value may hold spaces: it ends where the next variable begins. */
const SHOWN_PLACE = new RegExp(`(?:^| )${PLACE}=(.*?)(?= [A-Za-z_][A-Za-z0-9_]*=|$)`);

function processOfLine(line: string): RunningProcess[] {
  const [, pid, parent, group, state, start, words] = LINE.exec(line) ?? [];
  if (start === undefined || state?.startsWith('Z')) return [];
  const place = SHOWN_PLACE.exec(words ?? '')?.[1]?.trimEnd();
  return [{ pid: Number(pid), parent: Number(parent), group: Number(group), start, place }];
}
