import { readFileSync } from 'node:fs';
import { isAbsolute, join } from 'node:path';
import { ProgramName } from '@fusion-kit/domain/agent';
import { FusionError } from '@fusion-kit/domain/errors';
import { AllowedHost } from '@fusion-kit/domain/leash';
import { Wire } from '@fusion-kit/domain/ports/upstream';
import * as z from 'zod';
import { looksSecret } from './own/secret-free.ts';
import { DIALECTS, type Headless, type Preparing, type Program } from './program.ts';

const Launch = z.strictObject({
  command: z.string().min(1).max(1_000),
  args: z.array(z.string().max(10_000)).max(100).default([]),
});
const VariableName = z.string().regex(/^[A-Za-z_][A-Za-z0-9_]*$/, 'letters, digits and _');

/** A program of the user's own, as `agents.json` says it. */
const OwnEntry = z
  .strictObject({
    title: z.string().min(1).max(100).optional(),
    acp: Launch.optional(),
    headless: Launch.extend({
      prompt: z.enum(['stdin', 'argument']).default('stdin'),
      output: z.enum(DIALECTS).default('plain'),
      template: z.string().min(1).max(50_000).optional(),
    }).optional(),
    env: z
      .record(
        VariableName,
        z
          .string()
          .max(10_000)
          .refine((value) => !looksSecret(value), 'it looks like a key: give secrets by name, with --secrets'),
      )
      .default({}),
    wire: Wire.optional(),
    readable: z
      .array(z.string().refine((path) => isAbsolute(path) && path !== '/', 'an absolute path'))
      .max(50)
      .default([]),
    hosts: z.array(AllowedHost).max(50).default([]),
  })
  .refine(({ acp, headless }) => acp ?? headless, 'it says neither `acp` nor `headless`: how is it started?')
  .refine(
    ({ headless }) =>
      headless?.prompt !== 'argument' || headless.args.some((argument) => argument.includes('{prompt}')),
    '`prompt` is `argument`, and no argument has {prompt} in it',
  );
type OwnEntry = z.output<typeof OwnEntry>;

const AgentsFile = z.record(z.string(), OwnEntry).superRefine((entries, context) => {
  for (const name of Object.keys(entries)) {
    const [issue] = ProgramName.safeParse(name).error?.issues ?? [];
    if (issue) context.addIssue({ code: 'custom', path: [name], message: `a name has ${issue.message}` });
  }
});

export const agentsFileOf = (dataDir: string): string => join(dataDir, 'agents.json');

/**
 * The programs that a user has added in `agents.json` of the data directory; none without a file. An entry by the name of one that fusion-kit knows takes its place.
 *
 * @throws {FusionError} `bad_request` naming the file and what is wrong in it
 */
export function readAgentsFile(dataDir: string): Program[] {
  const path = agentsFileOf(dataDir);
  const text = textOf(path);
  const refused = (why: string, cause?: unknown) =>
    new FusionError('bad_request', `${path} is not as it should be: ${why}`, {
      cause,
      remedy:
        'For example: {"mybot": {"headless": {"command": "/opt/mybot/run", "args": ["--once"]}, "readable": ["/opt/mybot"]}}.',
    });
  let said: unknown;
  try {
    said = JSON.parse(text);
  } catch (cause) {
    throw refused((cause as Error).message, cause);
  }
  const parsed = AgentsFile.safeParse(said);
  if (!parsed.success) throw refused(z.prettifyError(parsed.error));
  return Object.entries(parsed.data).map(([name, entry]) => asProgram(name, entry, path));
}

function asProgram(
  name: string,
  { title, acp, headless, env, wire, readable, hosts }: OwnEntry,
  path: string,
): Program {
  return {
    name,
    title: title ?? name,
    ...(acp && { acp }),
    ...(headless && { headless: withoutUndefined(headless) }),
    ...(wire && { wire }),
    readable,
    hosts,
    prepare: (asked) => ({
      files: [],
      env: Object.fromEntries(Object.entries(env).map(([variable, value]) => [variable, filled(value, asked)])),
    }),
    installHint: `Correct its command in ${path}.`,
    loginHint: 'It has no login that fusion-kit knows of.',
  };
}

/** Read at each question, in one go: it is small, and what a person changes counts at once. */
function textOf(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (cause) {
    const { code, message } = cause as NodeJS.ErrnoException;
    if (code === 'ENOENT') return '{}';
    throw new FusionError('data_directory_unusable', `cannot read ${path}: ${message}`, { cause });
  }
}

const withoutUndefined = ({ template, ...rest }: NonNullable<OwnEntry['headless']>): Headless => ({
  ...rest,
  ...(template !== undefined && { template }),
});

/** `{gateway}`, `{token}`, `{model}` and `{home}` in a value are what they are called; empty where there is none. Pure. */
const filled = (value: string, { gateway, model, home }: Preparing): string => {
  const said: Record<string, string> = {
    '{gateway}': gateway?.url ?? '',
    '{token}': gateway?.token ?? '',
    '{model}': model ?? '',
    '{home}': home,
  };
  return value.replaceAll(/\{(?:gateway|token|model|home)\}/g, (name) => said[name] ?? '');
};
