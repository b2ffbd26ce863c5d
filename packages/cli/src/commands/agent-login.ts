import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { FusionError } from '@fusion-kit/domain/errors';
import type { KeptLogin } from '@fusion-kit/runtimes/programs/login/kept-login';
import { readLoginIn } from '@fusion-kit/runtimes/programs/login/read-login';
import { homeOf, missing, type OpenPrograms, openPrograms } from '@fusion-kit/runtimes/programs/open-programs';
import type { Program } from '@fusion-kit/runtimes/programs/program';
import * as z from 'zod';
import type { Answer, Call } from '../call.ts';
import { dataDirectoryOf, makeDataDirectory } from '../data-directory.ts';
import { readSecret } from '../keys/read-secret.ts';
import { argument, optionsOf } from '../options.ts';
import { plain } from '../output/plain.ts';

const LoginOptions = z.object({ new: z.boolean().default(false), token: z.boolean().default(false) });

/** Gives agents the login that a program has in the user's HOME, a new one of its own, or a token. Nothing else ever takes a login. */
export async function loginAgent(call: Call): Promise<Answer> {
  const options = optionsOf(call, LoginOptions);
  if (options.new && options.token) throw new FusionError('usage', '--new or --token, not both');
  const { programs, program } = named(call);
  await makeDataDirectory(dataDirectoryOf(call));
  const made = options.token
    ? await byToken(call, program)
    : options.new
      ? await byLoggingIn(call, programs, program)
      : await readLoginIn(homeOf(call.env), program, `copied from ${homeOf(call.env)}`);
  await programs.logins.write({ ...made, madeAt: Date.now() });
  const place = programs.logins.place(program.name);
  return {
    data: { program: program.name, from: made.from, place },
    text: (paint) =>
      [
        `${paint.green('✓')} agents with \`--login\` use this login of ${plain(program.title)}: ${plain(made.from)}`,
        paint.dim(
          `  it is kept in ${place}; such an agent can read it, and reaches ${program.login?.hosts.join(', ') ?? 'nobody'}`,
        ),
        '',
      ].join('\n'),
  };
}

export async function logoutAgent(call: Call): Promise<Answer> {
  const { programs, program } = named(call);
  const removed = await programs.logins.remove(program.name);
  return {
    data: { program: program.name, removed },
    text: (paint) =>
      removed
        ? `${paint.green('✓')} the login of ${plain(program.title)} is gone from here; at its vendor it stays until you end it there\n`
        : `no login of ${plain(program.title)} was kept\n`,
  };
}

function named(call: Call): { programs: OpenPrograms; program: Program } {
  const programs = openPrograms({ env: call.env, dataDir: dataDirectoryOf(call) });
  return { programs, program: programs.named(argument(call, 0, '<program>')) };
}

type Made = Omit<KeptLogin, 'madeAt'>;

async function byToken(call: Call, { name, title, login }: Program): Promise<Made> {
  if (!login?.tokenVariable) throw new FusionError('usage', `${title} takes no token`);
  const token = await readSecret(`token of ${plain(title)} (not shown): `, process.stdin, call.signal);
  return { program: name, from: 'a token', files: {}, parts: {}, token };
}

/** Starts the program's own login in a HOME that holds nothing else and is gone afterwards. */
async function byLoggingIn(call: Call, programs: OpenPrograms, program: Program): Promise<Made> {
  const launch = program.login?.command;
  if (!launch) throw new FusionError('usage', `${program.title} has no login of its own`);
  const found = await programs.find(launch);
  if (!found) throw missing(program, launch);
  const place = join(dataDirectoryOf(call), 'logins');
  await mkdir(place, { recursive: true, mode: 0o700 });
  const home = await mkdtemp(join(place, 'home-'));
  try {
    // What would lead it to files of the user's own.
    const elsewhere = { CLAUDE_CONFIG_DIR: undefined, XDG_CONFIG_HOME: undefined, XDG_DATA_HOME: undefined };
    const env = { ...call.env, ...elsewhere, HOME: home, CODEX_HOME: join(home, '.codex') };
    await mkdir(join(home, '.codex'), { mode: 0o700 });
    const child = spawn(found.command, [...found.args, ...launch.args], { env, stdio: 'inherit', signal: call.signal });
    await once(child, 'exit');
    return await readLoginIn(home, program, 'a login of its own');
  } finally {
    await rm(home, { recursive: true, force: true });
  }
}
