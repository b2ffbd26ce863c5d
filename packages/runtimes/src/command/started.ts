import { FusionError } from '@fusion-kit/domain/errors';
import type { Turn } from '@fusion-kit/domain/ports/runtime';
import type { LaunchedProgram } from '../programs/launched.ts';
import type { Headless } from '../programs/program.ts';
import type { OutputsFile } from './outputs-file.ts';
import { type ProgramEnd, runProgram } from './run-program.ts';

/** Longest argument that systems take, in bytes. */
const ARGUMENT_MAX = 120_000;

export interface Saying {
  turn: Turn;
  /** All that the program is told. */
  text: string;
  file: OutputsFile | undefined;
}

/** A program with its task put where it reads it. @throws {FusionError} `bad_request` for a task that is too long for an argument */
export function asStarted(
  { command, args, env, readable }: LaunchedProgram,
  { prompt, modelArgs }: Headless,
  { turn, text, file }: Saying,
): { run(onText: (text: string) => void, signal: AbortSignal): Promise<ProgramEnd> } {
  const byArgument = prompt === 'argument';
  if (byArgument && Buffer.byteLength(text) > ARGUMENT_MAX)
    throw new FusionError('bad_request', `task ${turn.title} is too long for an argument of ${command}`, {
      remedy: 'Shorten what it is told, or use a program that reads its standard input.',
    });
  const model = turn.model?.model ?? turn.agent.model;
  const said = byArgument ? args.map((argument) => argument.replaceAll('{prompt}', () => text)) : args;
  const { caller, services } = turn;
  const program = {
    command,
    readable,
    args: [...said, ...((model !== undefined && modelArgs?.(model)) || [])],
    env: {
      ...env,
      ...file?.env,
      FUSION_KIT_TASK: caller.taskId,
      ...(services && { FUSION_KIT_URL: services.url, FUSION_KIT_TOKEN: services.token }),
    },
  };
  return { run: (onText, signal) => runProgram(turn, { program, input: byArgument ? '' : text, onText }, signal) };
}
