import { readdirSync } from 'node:fs';
import { basename, resolve } from 'node:path';
import { Failure } from '../failure.ts';
import { panel, plain } from '../panel.ts';
import type { World } from '../world.ts';
import type { InitOptions } from './options.ts';
import { entryAt } from '../write/entry-at.ts';
import { lineReader } from './line-reader.ts';

export interface Target {
  path: string;
  /** Last part of the path, for people. */
  name: string;
  /** As typed; undefined for the current directory. */
  typed: string | undefined;
}

/**
 * Decides where the project goes; asks before mixing it into a directory that is not empty. Nothing when the person says no.
 *
 * @throws {Failure} `refused` when the place is not clear or taken, `aborted` when no answer comes
 */
export async function chooseTarget({ name, here, force }: InitOptions, world: World): Promise<Target | undefined> {
  if (here && name !== undefined)
    throw refused('Both a project name and --here', `Leave one of them away: ${plain(name)}, or --here.`);
  if (!here && name === undefined)
    throw refused('No project name', 'Give a project name, or . or --here for the current directory.');
  if (name !== undefined) {
    const path = resolve(world.cwd, name);
    if (entryAt(path))
      throw refused(
        'Directory conflict',
        `'${plain(name)}' exists already. Choose another name, or go there and use --here.`,
      );
    return { path, name: basename(path), typed: name };
  }
  const target = { path: world.cwd, name: basename(world.cwd), typed: undefined };
  const count = readdirSync(world.cwd).length;
  if (count === 0) return target;
  const entries = count === 1 ? '1 entry' : `${count} entries`;
  world.out(`${world.paint.yellow('Warning:')} the current directory is not empty (${entries}).\n`);
  world.out('Template files are put among them, and replace those of the same name.\n');
  if (force) {
    world.out(`${world.paint.cyan('--force:')} going on without asking.\n`);
    return target;
  }
  if (await confirmed('Go on?', world)) return target;
  world.out('Cancelled. Nothing was changed.\n');
  return undefined;
}

const refused = (title: string, line: string) => new Failure('refused', title, { lines: [line] });

async function confirmed(question: string, world: World): Promise<boolean> {
  const lines = lineReader(world);
  try {
    for (;;) {
      world.out(`${question} [y/N]: `);
      const line = await lines.next();
      if (line === undefined) {
        world.out('\n');
        throw new Failure('aborted', 'Aborted');
      }
      const answer = line.trim().toLowerCase();
      if (answer === 'y' || answer === 'yes') return true;
      if (answer === '' || answer === 'n' || answer === 'no') return false;
      world.out('Please answer y or n.\n');
    }
  } finally {
    lines.close();
  }
}

/** What is going to be set up, and where. */
export function setupPanel({ name, path, typed }: Target, world: World): string {
  const lines = [`Project        ${plain(name)}`, `Working path   ${plain(world.cwd)}`];
  if (typed !== undefined) lines.push(`Target path    ${plain(path)}`);
  return panel(world, 'Setting up a specify project', lines, 'cyan');
}
