import { FusionError } from '@fusion-kit/domain/errors';
import { cutText } from '@fusion-kit/domain/kept-text';
import type { Program } from '../programs/program.ts';
import type { ProgramEnd } from './run-program.ts';

const SAID_MAX = 1_500;
/** 128 and the number of SIGKILL: how a shell, and a cage, tell that what ran in them was killed. */
const KILLED = 137;

/**
 * Why a program did not do its work; undefined when it did. Pure.
 *
 * @param said what it said itself that it failed of
 * @param refused why its latest request for a model was refused: who may hide that ends as if all were well
 */
export function failureOf(
  { title }: Pick<Program, 'title'>,
  { exitCode, complaints, printedTooMuch }: ProgramEnd,
  said: string | undefined,
  refused: FusionError | undefined,
): FusionError | undefined {
  if (printedTooMuch) return new FusionError('command_failed', `${title} printed without end and was stopped`);
  if (refused) return refused;
  const why = cutText(said ?? complaints.slice(-SAID_MAX), SAID_MAX);
  const told = why ? `: ${why}` : '';
  if (exitCode === null || exitCode === KILLED) return new FusionError('process_died', `${title} was killed${told}`);
  if (exitCode !== 0) return new FusionError('command_failed', `${title} ended with exit code ${exitCode}${told}`);
  return said === undefined ? undefined : new FusionError('command_failed', `${title} gave up${told}`);
}
