import { homedir } from 'node:os';
import { join } from 'node:path';
import { FusionError } from '@fusion-kit/domain/errors';
import type { Turn } from '@fusion-kit/domain/ports/runtime';
import type { Upstream } from '@fusion-kit/domain/ports/upstream';
import { didYouMean } from '@fusion-kit/domain/nearest';
import { readAgentsFile } from './agents-file.ts';
import type { FoundProgram } from './find/found.ts';
import { programFinder } from './find/finder.ts';
import { fillHome } from './home/fill-home.ts';
import type { Manner, Programs } from './launched.ts';
import { hiddenIn } from './login/hidden-in.ts';
import { type Logins, loginsIn } from './login/logins.ts';
import type { Launch, Program } from './program.ts';
import { PROGRAMS } from './table.ts';

export interface ProgramsOptions {
  /** Of the process that a person started: PATH, HOME, XDG_CACHE_HOME and npm's cache are read of it. */
  env: Readonly<Record<string, string | undefined>>;
  dataDir: string;
  /** The provider whose models an agent asks by the gateway, and the formats that it speaks; undefined where there is none. */
  upstreamOf?: (agent: Turn['agent']) => Pick<Upstream, 'id' | 'wires'> | undefined;
}

/** The programs of this machine, and what is known of each. */
export interface OpenPrograms extends Programs {
  readonly logins: Logins;
  /** The user's own and those that fusion-kit knows, each name once. @throws {FusionError} `bad_request` when `agents.json` is damaged */
  all(): readonly Program[];
  /** Whether a program is one of the user's own. */
  readonly isOwn: (program: Program) => boolean;
  /** @throws {FusionError} `program_unknown` */
  named(name: string): Program;
  find(launch: Launch): Promise<FoundProgram | undefined>;
  /** What of an agent's login may be told nowhere; nothing for one without. */
  hiddenOf(agent: Turn['agent']): Promise<readonly string[]>;
}

const RECENT_MS = 1_000;

/** Where `fusion-kit agent install` puts programs. */
export const installsOf = (env: ProgramsOptions['env']): string =>
  join(env['XDG_CACHE_HOME'] || join(homeOf(env), '.cache'), 'fusion-kit', 'agents');

export const homeOf = (env: ProgramsOptions['env']): string => env['HOME'] || homedir();

export function openPrograms({ env, dataDir, upstreamOf }: ProgramsOptions): OpenPrograms {
  const logins = loginsIn(dataDir);
  const finder = programFinder({
    searchPath: env['PATH'] ?? '',
    installs: installsOf(env),
    npmCache: env['npm_config_cache'] || join(homeOf(env), '.npm'),
    node: process.execPath,
  });
  function all(): readonly Program[] {
    const own = readAgentsFile(dataDir);
    return [...own, ...PROGRAMS.filter(({ name }) => own.every((one) => one.name !== name))];
  }
  /** For questions that a scheduler asks over and over: a little old at most, and never refused. */
  let lately = { programs: PROGRAMS, untilMs: -Infinity };
  function recent(): readonly Program[] {
    if (performance.now() < lately.untilMs) return lately.programs;
    const untilMs = performance.now() + RECENT_MS;
    try {
      lately = { programs: all(), untilMs };
    } catch {
      lately = { ...lately, untilMs };
    }
    return lately.programs;
  }
  function named(name: string): Program {
    const known = all();
    const program = known.find((one) => one.name === name);
    if (program) return program;
    const names = known.map((one) => one.name);
    throw new FusionError(
      'program_unknown',
      `there is no program ${name}${didYouMean(name, names)}; there are ${names.join(', ')}`,
    );
  }

  /** All that has to be there before anything is prepared. @throws {FusionError} `program_unknown`, `program_missing`, `login_missing`, `wire_unspoken` */
  async function equipment(agent: Turn['agent'], manner: Manner) {
    if (agent.program === undefined)
      throw new FusionError('program_unknown', `agent ${agent.name} names no program`, {
        remedy: `Name one, as in \`fusion-kit agent spawn ${agent.name} --program claude\`.`,
      });
    const program = named(agent.program);
    const launch = program[manner];
    if (!launch) throw new FusionError('program_unknown', noSuchManner(program, manner));
    const found = await finder.find(launch);
    if (!found) throw missing(program, launch);
    const login = agent.credentials === 'login' ? await logins.read(program.name) : undefined;
    if (agent.credentials === 'login' && !login)
      throw new FusionError(
        'login_missing',
        `agent ${agent.name} is to use a login of ${program.title}, and fusion-kit has none`,
        {
          remedy: program.login ? program.loginHint : `${program.title} works with credentials \`gateway\` only.`,
        },
      );
    const upstream = login ? undefined : upstreamOf?.(agent);
    if (program.wire && upstream && upstream.wires[program.wire] === undefined)
      throw new FusionError(
        'wire_unspoken',
        `${program.title} asks for models by ${program.wire}, which provider ${upstream.id} does not speak; it speaks ${Object.keys(upstream.wires).join(', ')}`,
      );
    return { program, launch, found, login };
  }

  return {
    logins,
    all,
    isOwn: (program) => !PROGRAMS.includes(program),
    named,
    find: (launch) => finder.find(launch),
    needsModel({ program, credentials }) {
      if (credentials === 'login') return false;
      // Whether there is such a program, and the file is sound, is found out by `check`, and said better.
      return recent().find(({ name }) => name === program)?.wire !== undefined;
    },
    async hiddenOf({ program, credentials }) {
      const login = credentials === 'login' && program !== undefined ? await logins.read(program) : undefined;
      return login ? hiddenIn(login) : [];
    },
    async check(agent, manner) {
      await equipment(agent, manner);
    },
    async launch(turn, manner, signal) {
      const { program, launch, found, login } = await equipment(turn.agent, manner);
      signal.throwIfAborted();
      const gateway = turn.agent.credentials === 'login' ? undefined : turn.services;
      const filled = await fillHome({ turn, program, manner, login, logins, personsHome: homeOf(env) });
      if (signal.aborted) await filled.close();
      signal.throwIfAborted();
      return {
        program,
        version: found.version,
        command: found.command,
        args: [...found.args, ...launch.args, ...((gateway && launch.gatewayArgs) ?? [])],
        env: filled.env,
        readable: [...found.readable, ...(program.readable ?? [])],
        leftOut: filled.leftOut,
        close: filled.close,
      };
    },
  };
}

const noSuchManner = ({ title, name }: Program, manner: Manner): string =>
  manner === 'acp'
    ? `${title} (${name}) does not speak the Agent Client Protocol; the runtime \`command\` runs it`
    : `${title} (${name}) has no command that does a task by itself; the runtime \`acp\` speaks with it`;

export function missing(program: Program, { command, package: from }: Launch): FusionError {
  const download = from && ` (${from.name}@${from.version}, about ${from.megabytes} MB)`;
  return new FusionError(
    'program_missing',
    `${program.title} is not installed: there is no ${command} on PATH, and none was installed`,
    {
      remedy: `${program.installHint}${download ?? ''}`,
    },
  );
}
