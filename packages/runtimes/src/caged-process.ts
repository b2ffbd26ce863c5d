import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import type { Turn } from '@fusion-kit/domain/ports/runtime';
import { boundedText } from './model-loop/tool-host/bounded-text.ts';
import { killGroup } from './model-loop/tool-host/kill-group.ts';
import { killMarked } from './model-loop/tool-host/kill-marked.ts';
import { within } from './model-loop/tool-host/within.ts';

/** Set for everything that a process starts, so that it can be found where no PID namespace ends it all. */
const MARK = 'FUSION_KIT_PROCESS';
const COMPLAINTS_MAX = 4_000;

export interface CagedCommand {
  command: string;
  args: readonly string[];
  env?: Readonly<Record<string, string>>;
  /** Beside what a cage shows anyway. */
  readable: readonly string[];
  /** To the services of the turn, for what is given their token. */
  bridge?: NonNullable<Turn['services']>['bridge'];
}

/** How it ended: `failed` when it could not be started at all. */
export interface ProcessEnd {
  code: number | null;
  signal: NodeJS.Signals | null;
  failed?: Error;
}

/** What a process gets to end by itself, in milliseconds: once it has nothing more to read, and once it is told to end. */
export interface Patience {
  inputEndedMs: number;
  toldMs: number;
}

/** A process in the cage of a turn, and all that it starts. */
export interface CagedProcess {
  readonly stdin: ChildProcessWithoutNullStreams['stdin'];
  readonly stdout: ChildProcessWithoutNullStreams['stdout'];
  /** Resolves when it has ended; what it started, and what it last wrote, may still be there. */
  readonly ended: Promise<ProcessEnd>;
  /** Resolves when nothing of it can write any more. */
  readonly closed: Promise<true>;
  /** The last it wrote to its standard error, and why it could not be started. */
  readonly complaints: () => string;
  /** Kills it and its process group, and waits for nothing. */
  readonly kill: () => void;
  /** Ends it and all that it started, with patience gently first; may be called again. */
  readonly stop: (patience?: Patience) => Promise<void>;
}

/** Starts a process in the cage of a turn. It is attended to until its end is seen here. */
export function startCaged(
  turn: Pick<Turn, 'cage' | 'attend'>,
  { command, args, env, readable, bridge }: CagedCommand,
): CagedProcess {
  const mark = randomUUID();
  const line = turn.cage(command, args, {
    env: { ...env, [MARK]: mark },
    readable,
    ...(bridge && { bridge }),
  });
  const child = spawn(line.command, line.args, { cwd: line.cwd, env: line.env, detached: true, stdio: 'pipe' });
  const group = child.pid;
  const letGo = group === undefined ? undefined : turn.attend?.(group);

  const complaints = boundedText(COMPLAINTS_MAX);
  child.stderr.setEncoding('utf8').on('data', (text: string) => complaints.add(text));
  // That it does not read any more is not news: its end is.
  child.stdin.on('error', () => undefined);
  const ended = new Promise<ProcessEnd>((resolve) => {
    child.once('error', (failed) => {
      complaints.add(failed.message);
      resolve({ code: null, signal: null, failed });
    });
    child.once('exit', (code, signal) => resolve({ code, signal }));
  }).finally(() => letGo?.());
  const closed = new Promise<true>((resolve) => child.once('close', () => resolve(true)));

  const kill = (): void => void (group !== undefined && killGroup(group));
  let stopping: Promise<void> | undefined;
  async function stop(patience: Patience | undefined): Promise<void> {
    child.stdin.end();
    if (group !== undefined && patience && (await within(ended, patience.inputEndedMs)) === undefined) {
      killGroup(group, 'SIGTERM');
      await within(ended, patience.toldMs);
    }
    kill();
    await killMarked(MARK, mark);
    child.stdout.destroy();
    child.stderr.destroy();
  }

  return {
    stdin: child.stdin,
    stdout: child.stdout,
    ended,
    closed,
    complaints: () => complaints.toString().trim(),
    kill,
    stop: (patience) => (stopping ??= stop(patience)),
  };
}
