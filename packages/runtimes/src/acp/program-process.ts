import { spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { Readable, Writable } from 'node:stream';
import { ndJsonStream, type Stream } from '@agentclientprotocol/sdk';
import type { Turn } from '@fusion-kit/domain/ports/runtime';
import { boundedText } from '../model-loop/tool-host/bounded-text.ts';
import { killGroup } from '../model-loop/tool-host/kill-group.ts';
import { killMarked } from '../model-loop/tool-host/kill-marked.ts';
import { within } from '../model-loop/tool-host/within.ts';
import type { LaunchedProgram } from '../programs/launched.ts';

/** Set for everything a program starts, so that it can be found where no PID namespace ends it all. */
const MARK = 'FUSION_KIT_ACP';
const COMPLAINTS_MAX = 2_000;
const MESSAGE_MAX_BYTES = 32 * 1024 * 1024;

/** What a program gets to end by itself once it has nothing more to read, and once it is told to end: to keep its session, and no longer. */
export interface Patience {
  inputEndedMs: number;
  toldMs: number;
}
export const PATIENT: Patience = { inputEndedMs: 3_000, toldMs: 1_000 };
/** Whoever stops a turn waits two seconds in all. */
export const HURRIED: Patience = { inputEndedMs: 900, toldMs: 300 };

/** A program at work in the cage of a turn, spoken to over its standard input and output. */
export interface ProgramProcess {
  readonly stream: Stream;
  /** Resolves when it has ended, with how: `exit code 1`, `killed by SIGKILL`, and what it last complained of. */
  readonly ended: Promise<string>;
  /** The last it wrote to its standard error. */
  complaints(): string;
  /** Ends it and all that it started, gently first; may be called again. */
  stop(patience: Patience): Promise<void>;
}

/** Starts a program in the cage of its turn. */
export function startProgram(
  turn: Pick<Turn, 'cage' | 'attend' | 'services'>,
  { command, args, env, readable }: Pick<LaunchedProgram, 'command' | 'args' | 'env' | 'readable'>,
): ProgramProcess {
  const mark = randomUUID();
  const bridge = turn.services?.bridge;
  const line = turn.cage(command, args, { env: { ...env, [MARK]: mark }, readable, ...(bridge && { bridge }) });
  const child = spawn(line.command, line.args, { cwd: line.cwd, env: line.env, detached: true, stdio: 'pipe' });

  const complaints = boundedText(COMPLAINTS_MAX);
  child.stderr.setEncoding('utf8').on('data', (text: string) => complaints.add(text));
  // That it does not read any more is not news: its end is.
  child.stdin.on('error', () => undefined);
  const letGo = child.pid === undefined ? undefined : turn.attend?.(child.pid);
  const exited = new Promise<string>((resolve) => {
    child.once('error', (failed) => resolve(`it could not be started: ${failed.message}`));
    child.once('exit', (code, signal) => resolve(code === null ? `killed by ${signal}` : `exit code ${code}`));
  }).finally(() => letGo?.()); // its end is seen here
  /** What it last wrote may come after its end, unless something that it left holds the pipe. */
  const written = new Promise<true>((resolve) => child.stderr.once('close', () => resolve(true)));
  const ended = exited.then(async (how) => {
    await within(written, 200);
    const last = complaints.toString().trim();
    return last ? `${how}: ${last}` : how;
  });

  let stopping: Promise<void> | undefined;
  async function end({ inputEndedMs, toldMs }: Patience): Promise<void> {
    child.stdin.end();
    const group = child.pid;
    if (group !== undefined && (await within(exited, inputEndedMs)) === undefined) {
      killGroup(group, 'SIGTERM');
      await within(exited, toldMs);
    }
    if (group !== undefined) killGroup(group);
    await killMarked(MARK, mark);
    child.stdout.destroy();
    child.stderr.destroy();
  }

  return {
    stream: ndJsonStream(Writable.toWeb(child.stdin), Readable.toWeb(child.stdout) as ReadableStream<Uint8Array>, {
      maxMessageBytes: MESSAGE_MAX_BYTES,
    }),
    ended,
    complaints: () => complaints.toString().trim(),
    stop: (patience) => (stopping ??= end(patience)),
  };
}
