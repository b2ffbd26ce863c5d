import { readdir, readFile } from 'node:fs/promises';
import type { EventOf } from '@fusion-kit/domain/event';
import { PROGRAMS } from '@fusion-kit/runtimes/programs/table';
import { missingProgram } from './agent-installs.ts';
import { type AgentWalk, agentWalk, mistakesOf } from './agent-walk.ts';
import { scratch } from './real-server.ts';

// `script/agents-check NAME…`: has programs of other makers do real work in their cages, against a scripted model on loopback, and prints what that took.

const LOOK_MS = 200;
const names = process.argv.slice(2);
const known = PROGRAMS.map(({ name }) => name);
const unknown = names.filter((name) => !known.includes(name));
if (names.length === 0 || unknown.length > 0) {
  console.error(
    `${unknown.length > 0 ? `there is no ${unknown.join(', ')}; ` : ''}usage: script/agents-check ${known.join('|')} …`,
  );
  process.exit(2);
}
let failed = false;
for (const name of names) failed = !(await checked(name)) || failed;
process.exit(failed ? 1 : 0);

async function checked(name: string): Promise<boolean> {
  const place = await scratch('agents-check');
  try {
    const why = await missingProgram(name, place.path);
    if (why) {
      console.log(`${name}: not checked, because ${why}`);
      return false;
    }
    let stop: (() => number) | undefined;
    const walk = await agentWalk(
      { plan: name, build: name },
      { dataDir: place.path, meanwhile: (data) => (stop = watchMemory(data)) },
    );
    const peakMb = stop?.() ?? 0;
    await walk.close();
    const mistakes = mistakesOf(walk);
    console.log(
      `${name}: ${mistakes.length === 0 ? 'ok' : 'not ok'}; ${figures(walk).join('; ')}; ${peakMb} MB at most`,
    );
    for (const mistake of mistakes) console.log(`  ${mistake}`);
    if (process.env['SHOW_EVENTS']) for (const { event } of walk.events) console.log(JSON.stringify(event));
    return mistakes.length === 0;
  } finally {
    await place.remove();
  }
}

/** For each of the two tasks: until it answered, until it had its session, and from there until it had done its work. */
function figures({ events, told }: AgentWalk): string[] {
  const timeOf = (type: string, taskId: string, from: 'first' | 'last'): number => {
    const at = events.filter(({ event }) => event.type === type && 'taskId' in event && event.taskId === taskId);
    return (from === 'first' ? at[0] : at.at(-1))?.at ?? NaN;
  };
  return told('session.opened').map(({ taskId, version, answeredMs, openedMs }: EventOf<'session.opened'>) => {
    const workedMs = timeOf('step.answered', taskId, 'last') - timeOf('session.opened', taskId, 'first');
    return `${version ?? ''} initialize ${answeredMs} ms, session ${openedMs} ms, prompt ${workedMs} ms`.trim();
  });
}

/** Looks at all that has its HOME in a directory, until it is stopped: the most memory that was in use together, in MB, pages that several share counted in parts. */
function watchMemory(data: string): () => number {
  let peak = 0;
  const look = async () => {
    const pids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name));
    const sizes = await Promise.all(pids.map(async (pid) => ((await isIn(pid, data)) ? kilobytes(pid) : 0)));
    peak = Math.max(
      peak,
      sizes.reduce((sum, size) => sum + size, 0),
    );
  };
  const timer = setInterval(() => void look(), LOOK_MS);
  return () => {
    clearInterval(timer);
    return Math.round(peak / 1_000);
  };
}

async function isIn(pid: string, data: string): Promise<boolean> {
  return (await readFile(`/proc/${pid}/environ`, 'utf8').catch(() => '')).includes(`HOME=${data}`);
}

async function kilobytes(pid: string): Promise<number> {
  const rollup = await readFile(`/proc/${pid}/smaps_rollup`, 'utf8').catch(() => '');
  return Number(/^Pss:\s+(\d+)/m.exec(rollup)?.[1] ?? 0);
}
