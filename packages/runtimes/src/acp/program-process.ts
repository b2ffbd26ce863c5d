import { Readable, Writable } from 'node:stream';
import { ndJsonStream, type Stream } from '@agentclientprotocol/sdk';
import type { Turn } from '@fusion-kit/domain/ports/runtime';
import { type Patience, type ProcessEnd, startCaged } from '../caged-process.ts';
import { within } from '../model-loop/tool-host/within.ts';
import type { LaunchedProgram } from '../programs/launched.ts';

const MESSAGE_MAX_BYTES = 32 * 1024 * 1024;
/** How long what it last wrote may come after its end, unless something that it left holds the pipe. */
const WRITTEN_MS = 200;

/** To keep its session, and no longer. */
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
  const caged = startCaged(turn, { command, args, env, readable, bridge: turn.services?.bridge });
  return {
    stream: ndJsonStream(Writable.toWeb(caged.stdin), Readable.toWeb(caged.stdout) as ReadableStream<Uint8Array>, {
      maxMessageBytes: MESSAGE_MAX_BYTES,
    }),
    ended: caged.ended.then(async (end) => {
      await within(caged.closed, WRITTEN_MS);
      return [endTold(end), caged.complaints()].filter(Boolean).join(': ');
    }),
    complaints: caged.complaints,
    stop: caged.stop,
  };
}

function endTold({ code, signal, failed }: ProcessEnd): string {
  if (failed) return 'it could not be started';
  return code === null ? `killed by ${signal}` : `exit code ${code}`;
}
