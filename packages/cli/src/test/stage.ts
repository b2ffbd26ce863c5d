import { mkdtemp, realpath, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { stripVTControlCharacters } from 'node:util';
import type { World } from '../call.ts';
import { runProgram } from '../program.ts';
import { type Environment, terminalOn } from '../terminal.ts';

/** What a command line came to. */
export interface Played {
  exitCode: number;
  out: string;
  err: string;
}

/** Plays command lines in this process, with their own data directory and streams that remember. Call `end` when done. */
export async function stage(): Promise<{
  dataDir: string;
  play: (
    argv: readonly string[],
    world?: Partial<Pick<World, 'cwd' | 'signal'>> & { env?: Environment },
  ) => Promise<Played>;
  end: () => Promise<void>;
}> {
  const home = await realpath(await mkdtemp(join(tmpdir(), 'fusion-kit-cli-')));
  const dataDir = join(home, 'data');
  return {
    dataDir,
    end: () => rm(home, { recursive: true, force: true }),
    play: async (argv, { cwd = home, signal = new AbortController().signal, env = {} } = {}) => {
      const out: string[] = [];
      const err: string[] = [];
      const around = { FUSION_KIT_HOME: dataDir, PATH: process.env['PATH'], ...env };
      const terminal = terminalOn({ write: (text) => out.push(text) }, { write: (text) => err.push(text) }, around);
      const exitCode = await runProgram(argv, { terminal, env: around, cwd, signal });
      return { exitCode, out: out.join(''), err: stripVTControlCharacters(err.join('')) };
    },
  };
}
