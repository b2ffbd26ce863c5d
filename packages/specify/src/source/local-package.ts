import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import type { AgentKey, ScriptFlavour } from '../agents.ts';

/** Where packages built on this machine are put, relative to the current directory. */
export const LOCAL_FOLDER = '.genreleases';

/** The newest package for an agent in `.genreleases` of a directory, as a path; nothing when there is none. */
export function localPackage(cwd: string, agent: AgentKey, script: ScriptFlavour): string | undefined {
  const folder = join(cwd, LOCAL_FOLDER);
  const prefix = `spec-kit-template-${agent}-${script}-`;
  let names: string[];
  try {
    names = readdirSync(folder, { withFileTypes: true }).flatMap((entry) => (entry.isDirectory() ? [] : [entry.name]));
  } catch {
    return undefined;
  }
  const newest = names
    .filter((name) => name.startsWith(prefix) && name.endsWith('.zip'))
    .toSorted((a, b) => compareVersions(a.slice(prefix.length, -4), b.slice(prefix.length, -4)))
    .at(-1);
  return newest && join(folder, newest);
}

/** Orders by number (0.0.9 before 0.0.10), a pre-release before its release, anything else first. Pure. */
export function compareVersions(a: string, b: string): number {
  const [left, right] = [a, b].map((text) => /^v?(\d+)\.(\d+)\.(\d+)(-.+)?$/.exec(text));
  if (!left || !right) return Number(Boolean(left)) - Number(Boolean(right)) || byText(a, b);
  for (const part of [1, 2, 3]) {
    const difference = Number(left[part]) - Number(right[part]);
    if (difference !== 0) return difference;
  }
  return Number(left[4] === undefined) - Number(right[4] === undefined) || byText(a, b);
}

const byText = (a: string, b: string) => (a < b ? -1 : a > b ? 1 : 0);
