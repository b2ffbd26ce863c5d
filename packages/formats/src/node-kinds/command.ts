import { CommandWork } from '@fusion-kit/domain/nodes/command';
import * as z from 'zod';
import { fileObject, oneOrMany } from '../workflow-yaml/fields.ts';
import { commonKeys, nodeOf, WORK } from './common.ts';

const of = CommandWork.shape;
const exitCodes = of.exitCodes.unwrap();

/** A shell command in a workspace, without a model. */
export const commandNode = fileObject({
  kind: z.literal('command').describe('Told by `run` when absent.'),
  ...commonKeys(WORK),
  run: of.run.describe('The shell command. What an expression in ${{ }} gives is put in as one quoted word.'),
  env: of.env.describe('Variables it is given; expressions are filled in.'),
  exitCodes: z
    .union([exitCodes.element.transform((code) => [code]), exitCodes])
    .prefault([0])
    .describe('Exit codes that are no failure.'),
  verify: oneOrMany(of.verify.unwrap()).prefault([]).describe('Shell commands that must succeed on the result.'),
  expectsChanges: of.expectsChanges.describe('When true, a result without any changed file is a failure.'),
  writes: of.writes.describe('The only places where files may change.'),
}).transform(({ kind, run, env, exitCodes: codes, verify, expectsChanges, writes, ...keys }) =>
  nodeOf(keys, {
    kind,
    run,
    ...(env && { env }),
    exitCodes: codes,
    verify,
    expectsChanges,
    ...(writes && { writes }),
  }),
);

/** The keys that differ from their defaults. */
export const writeCommand = ({
  run,
  env,
  exitCodes: codes,
  verify,
  expectsChanges,
  writes,
}: CommandWork): Record<string, unknown> => ({
  run,
  ...(env && { env }),
  ...((codes.length !== 1 || codes[0] !== 0) && { exitCodes: codes }),
  ...(verify.length > 0 && { verify }),
  ...(expectsChanges && { expectsChanges }),
  ...(writes && { writes }),
});
