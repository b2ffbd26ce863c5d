import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, readdir, readFile, realpath, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { COMMAND } from './real-server.ts';

export interface CommandHouse {
  /** Where everything lies: the data directory `data`, and the project `shop`. */
  home: string;
  project: string;
  /** More for the environment of the commands that follow. */
  env: Record<string, string>;
  /** The built command in a process of its own, something piped into it. */
  fusionKit: (argv: readonly string[], input?: string) => Promise<{ exitCode: number; out: string; err: string }>;
  close(): Promise<void>;
}

/** A home and an empty repository of its own for the command as users run it; the server that it starts is stopped by `close`. */
export async function openCommandHouse(name: string): Promise<CommandHouse> {
  const home = await realpath(await mkdtemp(join(tmpdir(), `fusion-kit-${name}-`)));
  const project = join(home, 'shop');
  await mkdir(project);
  const identity = ['-c', 'user.name=tester', '-c', 'user.email=tester@localhost'];
  for (const argv of [
    ['init', '--quiet'],
    ['commit', '--quiet', '--allow-empty', '-m', 'first'],
  ])
    await once(spawn('git', [...identity, ...argv], { cwd: project }), 'close');
  const env: Record<string, string> = {};
  const fusionKit: CommandHouse['fusionKit'] = (argv, input = '') =>
    new Promise((resolve) => {
      const { OPENROUTER_API_KEY: _key, FUSION_KIT_SCENARIO: _scenario, ...rest } = process.env;
      const own = { FUSION_KIT_HOME: join(home, 'data'), FUSION_KIT_KEYRING: 'off', NO_COLOR: '1' };
      const options = { cwd: project, env: { ...rest, ...own, ...env }, maxBuffer: 64_000_000 };
      const child = execFile(process.execPath, [COMMAND, ...argv], options, (error, out, err) =>
        resolve({ exitCode: error ? Number(error.code ?? -1) : 0, out, err }),
      );
      child.stdin?.end(input);
    });
  return {
    home,
    project,
    env,
    fusionKit,
    async close() {
      await fusionKit(['down']);
      await rm(home, { recursive: true, force: true });
    },
  };
}

/** How the run ended that `fusion-kit run --json` tells of. */
export const stateOf = ({ out }: { out: string }): string => (JSON.parse(out) as { run: { state: string } }).run.state;

/** The files below a directory that hold the text. */
export async function holding(directory: string, text: string): Promise<string[]> {
  const entries = await readdir(directory, { recursive: true, withFileTypes: true });
  const paths = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
  const texts = await Promise.all(paths.map(async (path) => ((await readFile(path)).includes(text) ? [path] : [])));
  return texts.flat();
}
