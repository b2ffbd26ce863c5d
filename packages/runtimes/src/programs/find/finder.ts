import { constants } from 'node:fs';
import { access, readdir, realpath, stat } from 'node:fs/promises';
import { delimiter, isAbsolute, join } from 'node:path';
import type { Launch } from '../program.ts';
import type { Finder, FoundProgram } from './found.ts';
import { installedPackage } from './installed-package.ts';
import { readStart } from './read-start.ts';
import { toldVersion } from './told-version.ts';

/** Where programs are looked for. */
export interface FinderOptions {
  /** As in PATH. */
  searchPath: string;
  /** Where `fusion-kit agent install` puts programs: a directory for each, with a `node_modules` in it. */
  installs: string;
  /** npm's own cache, in which npx keeps what it has run. */
  npmCache: string;
  /** The Node that scripts are started by. */
  node: string;
}

/** How long an answer is taken for true; what was not there may be installed any moment. */
const FOUND_KEPT_MS = 60_000;
const MISSING_KEPT_MS = 2_000;
const NPX_MAX = 50;

/** Finds programs on PATH, among those that were installed, and among what npx has fetched, in that order. */
export function programFinder(options: FinderOptions): Finder {
  const known = new Map<string, { answer: Promise<FoundProgram | undefined>; untilMs: number }>();
  return {
    async find(launch) {
      const key = `${launch.command}\n${launch.package?.entry ?? ''}`;
      const before = known.get(key);
      if (before && performance.now() < before.untilMs) return before.answer;
      const answer = look(launch, options).catch(() => undefined);
      const entry = { answer, untilMs: Infinity };
      known.set(key, entry);
      entry.untilMs = performance.now() + ((await answer) ? FOUND_KEPT_MS : MISSING_KEPT_MS);
      return answer;
    },
  };
}

async function look(launch: Launch, options: FinderOptions): Promise<FoundProgram | undefined> {
  for await (const { file, by } of candidates(launch, options)) {
    const real = await executable(file);
    if (real) return asFound(real, by, options);
  }
  return undefined;
}

async function* candidates(
  { command, package: from }: Launch,
  { searchPath, installs, npmCache }: FinderOptions,
): AsyncGenerator<{ file: string; by: FoundProgram['by'] }> {
  if (isAbsolute(command)) yield { file: command, by: 'path' };
  else
    for (const directory of searchPath.split(delimiter).filter((part) => isAbsolute(part)))
      yield { file: join(directory, command), by: 'path' };
  if (!from) return;
  const entry = from.entry.replace('PLATFORM', `${process.platform}-${process.arch}`);
  for (const name of await names(installs)) yield { file: join(installs, name, 'node_modules', entry), by: 'install' };
  const fetched = join(npmCache, '_npx');
  for (const name of (await names(fetched)).slice(0, NPX_MAX))
    yield { file: join(fetched, name, 'node_modules', entry), by: 'npx' };
}

async function asFound(at: string, by: FoundProgram['by'], options: FinderOptions): Promise<FoundProgram> {
  const byNode = /\.[cm]?js$/.test(at) || /^#![^\n]*\bnode\b/.test(await readStart(at, 100));
  const run = byNode ? { command: options.node, args: [at] } : { command: at, args: [] };
  const brought = await installedPackage(at);
  const version = brought?.version ?? (await toldVersion(run.command, run.args, options.searchPath));
  return { ...run, readable: brought?.readable ?? beside(at), version, by, at };
}

/** What a file that came by no package needs: Homebrew's have what they need beside them, others are taken to be whole. */
const beside = (at: string): string[] => [/^.*\/Cellar\/[^/]+\/[^/]+(?=\/)/.exec(at)?.[0] ?? at];

async function executable(file: string): Promise<string | undefined> {
  try {
    const real = await realpath(file);
    if (!(await stat(real)).isFile()) return undefined;
    if (!/\.[cm]?js$/.test(real)) await access(real, constants.X_OK);
    return real;
  } catch {
    return undefined;
  }
}

const names = (directory: string): Promise<string[]> => readdir(directory).catch(() => []);
