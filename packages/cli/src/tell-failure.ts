import { asFusionError, FusionError } from '@fusion-kit/domain/errors';
import { CommanderError } from 'commander';
import * as z from 'zod';
import type { World } from './call.ts';
import { plain } from './output/plain.ts';

interface Telling {
  world: World;
  json: boolean;
  /** The command that was being parsed or run. */
  path: string;
}

/** Says what went wrong, as a document or for a person, and returns the exit code: 2 when the command line was not understood, else 1. */
export function tellFailure(thrown: unknown, { world, json, path }: Telling): number {
  // A group without its command: its help has been printed to the error stream already.
  const helped = thrown instanceof CommanderError && thrown.code === 'commander.help';
  const error = helped
    ? new FusionError('usage', `${`fusion-kit ${path}`.trim()} needs a command`, { remedy: helpOf(path) })
    : fusionErrorOf(thrown, path);
  if (json) world.terminal.out(`${JSON.stringify({ error: error.toJSON() }, undefined, 2)}\n`);
  else if (!helped) {
    const paint = world.terminal.errorPaint;
    const [first = '', ...rest] = error.message.split('\n').map((line) => plain(line));
    world.terminal.err(`${paint.red(paint.bold('error:'))} ${first}\n`);
    for (const line of [...rest, ...furtherProblems(error)]) world.terminal.err(`  ${line}\n`);
    world.terminal.err(`  ${paint.yellow('→')} ${plain(error.remedy)}\n`);
    if (error.code === 'internal' && world.env['FUSION_KIT_DEBUG'] && error.cause instanceof Error) {
      world.terminal.err(`${error.cause.stack ?? ''}\n`);
    }
  }
  return error.code === 'usage' ? 2 : 1;
}

const helpOf = (path: string): string => `See \`${['fusion-kit', path, '--help'].filter(Boolean).join(' ')}\`.`;

function fusionErrorOf(thrown: unknown, path: string): FusionError {
  if (thrown instanceof CommanderError) {
    const message = thrown.message
      .replace(/^error: /, '')
      .replace(/\n\(Did you mean (.*)\?\)$/s, ' (did you mean $1?)');
    return new FusionError('usage', message, { remedy: helpOf(path) });
  }
  const error = asFusionError(thrown);
  if (error.code !== 'usage' || error.remedy !== new FusionError('usage', '').remedy) return error;
  return new FusionError('usage', error.message, { remedy: helpOf(path), details: error.details });
}

const Problems = z.object({ problems: z.array(z.object({ message: z.string() })) });
const PROBLEMS_MAX = 20;

/** What else is wrong where several things are, e.g. in a workflow file. */
function furtherProblems(error: FusionError): string[] {
  const messages = Problems.safeParse(error.details).data?.problems.map(({ message }) => plain(message)) ?? [];
  const further = messages.filter((message) => !error.message.includes(message));
  const left = further.length - PROBLEMS_MAX;
  return left > 0 ? [...further.slice(0, PROBLEMS_MAX), `and ${left} more`] : further;
}
